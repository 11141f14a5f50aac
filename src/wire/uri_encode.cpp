#include "wire/uri_encode.h"

#include <algorithm>

#include "wire/hex_digit.h"

namespace aside::wire {
namespace {

constexpr auto kInQuery = uri_characters("-._~");
constexpr auto kInPath = uri_characters("-._~/");

}  // namespace

void append_encoded(std::string& into, std::string_view bytes, const UriCharacters& kept) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    while (!bytes.empty()) {
        const auto stop = std::ranges::find_if_not(
            bytes, [&](char c) { return kept[static_cast<unsigned char>(c)]; });
        into.append(bytes.begin(), stop);
        bytes.remove_prefix(static_cast<std::size_t>(stop - bytes.begin()));
        if (bytes.empty()) return;
        const auto byte = static_cast<unsigned char>(bytes.front());
        const char encoded[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        into.append(encoded, sizeof encoded);
        bytes.remove_prefix(1);
    }
}

void append_uri_encoded(std::string& into, std::string_view bytes) {
    append_encoded(into, bytes, kInQuery);
}

void append_path_encoded(std::string& into, std::string_view bytes) {
    append_encoded(into, bytes, kInPath);
}

bool append_percent_decoded(std::string& into, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            into.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3) return false;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return false;
        into.push_back(static_cast<char>(high << 4 | low));
        i += 2;
    }
    return true;
}

bool append_uri_decoded(std::string& into, std::string_view text) {
    std::string with_blanks(text);
    std::ranges::replace(with_blanks, '+', ' ');
    return append_percent_decoded(into, with_blanks);
}

}  // namespace aside::wire
