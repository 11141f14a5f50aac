#include "engine/hot_set_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace aside::engine {

namespace {

constexpr std::string_view kHead = "aside-hot-set 1";
constexpr std::string_view kDigits = "0123456789ABCDEF";

struct Letter {
    ValueKind kind;
    char letter;
};
constexpr std::array kLetters = {Letter{ValueKind::object, 'o'},
                                 Letter{ValueKind::versioned_object, 'v'},
                                 Letter{ValueKind::index_entry, 'i'}};

void append_escaped(std::string& out, std::string_view bytes) {
    for (const char c : bytes) {
        if (c > ' ' && c < 0x7f && c != '%') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const std::size_t high = kDigits.find(text[i + 1]);
        const std::size_t low = kDigits.find(text[i + 2]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return bytes;
}

// "o 12 gb/ENG"
std::optional<WarmKey> decode_line(std::string_view line) {
    const std::size_t second = line.find(' ', 2);
    if (line.size() < 5 || line[1] != ' ' || second == std::string_view::npos) return std::nullopt;
    const auto* const letter = std::ranges::find(kLetters, line[0], &Letter::letter);
    WarmKey key;
    const std::string_view heat = line.substr(2, second - 2);
    const auto read = std::from_chars(heat.data(), heat.data() + heat.size(), key.heat);
    auto bytes = unescaped(line.substr(second + 1));
    const bool whole = read.ec == std::errc() && read.ptr == heat.data() + heat.size();
    if (letter == kLetters.end() || !whole || !bytes || bytes->empty()) return std::nullopt;
    key.kind = letter->kind;
    key.bytes = std::move(*bytes);
    return key;
}

}  // namespace

std::string encode_hot_set(const std::vector<WarmKey>& keys) {
    std::string text(kHead);
    text += '\n';
    for (const WarmKey& key : keys) {
        text += std::ranges::find(kLetters, key.kind, &Letter::kind)->letter;
        text.append(" ").append(std::to_string(key.heat)).append(" ");
        append_escaped(text, key.bytes);
        text += '\n';
    }
    return text;
}

std::vector<WarmKey> decode_hot_set(std::string_view text, std::size_t limit) {
    std::vector<WarmKey> keys;
    bool head = true;
    while (!text.empty() && keys.size() < limit) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) break;  // cut short in this line
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (head) {
            if (line != kHead) return {};
            head = false;
            continue;
        }
        if (auto key = decode_line(line)) keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace aside::engine
