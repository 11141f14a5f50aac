// Percent-encoding as AWS signs it (RFC 3986: everything but letters, digits and "-._~" becomes
// %XX, in upper case).
//
// Thread rule: pure functions.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace aside::wire {

// Which bytes stay as they are.
using UriCharacters = std::array<bool, 256>;

constexpr UriCharacters uri_characters(std::string_view beside_letters_and_digits) {
    UriCharacters kept{};
    for (int c = '0'; c <= '9'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) kept[static_cast<std::size_t>(c)] = true;
    for (const char c : beside_letters_and_digits) kept[static_cast<unsigned char>(c)] = true;
    return kept;
}

// For an encoding of other rules than AWS's.
void append_encoded(std::string& into, std::string_view bytes, const UriCharacters& kept);

// Of one name or value in a query, or of one segment of a path: '/' is encoded too.
void append_uri_encoded(std::string& into, std::string_view bytes);

// Of a path, or a key that is to become one: '/' stays.
void append_path_encoded(std::string& into, std::string_view bytes);

// The bytes again; '+' is one. False: a '%' without two hexadecimal digits, up to which all has
// been appended.
bool append_percent_decoded(std::string& into, std::string_view text);

// The same, but '+' is a space, as AWS encodes keys in lists.
bool append_uri_decoded(std::string& into, std::string_view text);

}  // namespace aside::wire
