#include "wire/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "wire/utf8.h"

namespace aside::wire {
namespace {

bool needs_escape(char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == '"' || byte == '\\';
}

constexpr std::size_t kMostEscaped = 6;

// What stands for a byte that needs an escape. Whoever copies all of `text` has no size to branch
// on.
struct Escape {
    char text[8];  // kMostEscaped are used
    std::size_t size;
};
constexpr std::array<Escape, 128> kEscapes = [] {
    constexpr char kHex[] = "0123456789abcdef";
    std::array<Escape, 128> escapes{};
    for (std::size_t byte = 0; byte < ' '; ++byte)
        escapes[byte] = {{'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 0xf]}, kMostEscaped};
    escapes['\n'] = {{'\\', 'n'}, 2};
    escapes['\r'] = {{'\\', 'r'}, 2};
    escapes['\t'] = {{'\\', 't'}, 2};
    escapes['"'] = {{'\\', '"'}, 2};
    escapes['\\'] = {{'\\', '\\'}, 2};
    return escapes;
}();

// REQUIRES: needs_escape(byte).
const Escape& escape_of(char byte) {
    return kEscapes[static_cast<unsigned char>(byte)];
}

void append_escaped(std::string& into, char byte) {
    const Escape& escape = escape_of(byte);
    into.append(escape.text, escape.size);
}

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);

constexpr std::uint64_t each_byte(std::uint64_t byte) {
    return byte * 0x0101010101010101;
}

// The high bit of each byte that is 0, and of no other.
std::uint64_t zero_bytes(std::uint64_t word) {
    constexpr std::uint64_t kLowBits = each_byte(0x7f);
    return ~(((word & kLowBits) + kLowBits) | word | kLowBits);
}

// The high bit of each byte that needs an escape.
std::uint64_t escaped_bytes(std::uint64_t word) {
    return zero_bytes(word & each_byte(0xe0)) | zero_bytes(word ^ each_byte('"')) |
           zero_bytes(word ^ each_byte('\\'));
}

char* write_escape(char* to, char byte) {
    const Escape& escape = escape_of(byte);
    std::memcpy(to, escape.text, sizeof escape.text);
    return to + escape.size;
}

// Whole words are written, and what of them is too much is written over.
char* escape_word(char* to, std::uint64_t word) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t found = escaped_bytes(word);
    std::size_t left = kWordBytes;
    std::memcpy(to, &word, kWordBytes);
    while (found != 0) {
        const int bits = std::countr_zero(found) & ~7;
        const std::size_t plain = static_cast<std::size_t>(bits) / 8;
        word >>= bits;
        to = write_escape(to + plain, static_cast<char>(word));
        word >>= 8;
        found = found >> bits >> 8;
        left -= plain + 1;
        std::memcpy(to, &word, kWordBytes);
    }
    return to + left;
}

// REQUIRES: room for kMostEscaped times as many bytes, and a word.
char* escape_run(char* to, std::string_view text) {
    for (; text.size() >= kWordBytes; text.remove_prefix(kWordBytes)) {
        std::uint64_t word;
        std::memcpy(&word, text.data(), kWordBytes);
        to = escape_word(to, word);
    }
    for (const char byte : text) {
        if (needs_escape(byte))
            to = write_escape(to, byte);
        else
            *to++ = byte;
    }
    return to;
}

// Bytes of the UTF-8 character at the front, 0 when there is none.
std::size_t character_size(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return size <= text.size() && is_utf8(text.substr(0, size)) ? size : 0;
}

void append_repaired(std::string& into, std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 0)
            into += "\xEF\xBF\xBD";
        else if (needs_escape(text[0]))
            append_escaped(into, text[0]);
        else
            into += text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
}

}  // namespace

void append_json_escaped(std::string& into, std::string_view text) {
    // Escapes may make six bytes of one. Room for that is only asked for piece by piece: nearly all
    // text takes little more than it is long.
    constexpr std::size_t kPieceBytes = 4096;
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, kPieceBytes);
        const std::size_t before = into.size();
        into.resize_and_overwrite(
            before + piece.size() * kMostEscaped + kWordBytes,
            [&](char* bytes, std::size_t) { return escape_run(bytes + before, piece) - bytes; });
        text.remove_prefix(piece.size());
    }
}

void append_json_string(std::string& into, std::string_view text) {
    into += '"';
    if (is_utf8(text))
        append_json_escaped(into, text);
    else
        append_repaired(into, text);
    into += '"';
}

}  // namespace aside::wire
