#include "wire/uri_encode.h"

#include <algorithm>
#include <array>

#include "wire/hex_digit.h"

namespace aside::wire {
namespace {

constexpr std::array<bool, 256> unreserved(std::string_view beside_letters_and_digits) {
    std::array<bool, 256> kept{};
    for (int c = '0'; c <= '9'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (const char c : beside_letters_and_digits) kept[static_cast<unsigned char>(c)] = true;
    return kept;
}
constexpr auto kInQuery = unreserved("-._~");
constexpr auto kInPath = unreserved("-._~/");

void append(std::string& into, std::string_view bytes, const std::array<bool, 256>& kept) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (kept[byte]) {
            into.push_back(c);
        } else {
            const char encoded[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
            into.append(encoded, sizeof encoded);
        }
    }
}

}  // namespace

void append_uri_encoded(std::string& into, std::string_view bytes) {
    append(into, bytes, kInQuery);
}

void append_path_encoded(std::string& into, std::string_view bytes) {
    append(into, bytes, kInPath);
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
