#include "lab/report/markup.h"

#include <array>
#include <charconv>

#include "wire/utf8.h"

namespace aside::lab::report {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string_view replaced(char c, bool is_utf8) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        case '\t':
        case '\n':
        case '\r':
            return {};
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool broken = byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_utf8);
    return broken ? kReplacement : std::string_view{};
}

}  // namespace

std::string escaped(std::string_view text) {
    const bool is_utf8 = wire::is_utf8(text);
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (const auto instead = replaced(c, is_utf8); !instead.empty()) {
            result += instead;
        } else {
            result += c;
        }
    }
    return result;
}

std::string coordinate(double value) {
    std::array<char, 64> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1);
    std::string result(text.data(), error == std::errc() ? end : text.data());
    if (result.ends_with(".0")) result.resize(result.size() - 2);
    return result.empty() || result == "-0" ? "0" : result;
}

}  // namespace aside::lab::report
