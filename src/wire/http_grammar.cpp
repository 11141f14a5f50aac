#include "wire/http_grammar.h"

#include <algorithm>
#include <array>

namespace aside::wire {
namespace {

constexpr std::array<bool, 256> kToken = [] {
    std::array<bool, 256> allowed{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
        allowed[static_cast<unsigned char>(c)] = true;
    return allowed;
}();

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

// Without a branch a byte, so that it is quick for what is well-formed.
bool is_token(std::string_view text) {
    bool allowed = !text.empty();
    for (const char c : text) allowed &= kToken[static_cast<unsigned char>(c)];
    return allowed;
}

bool is_field_value(std::string_view text) {
    bool allowed = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        allowed &= (byte >= ' ' && byte != 127) || byte == '\t';
    }
    return allowed;
}

bool same_letters(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace aside::wire
