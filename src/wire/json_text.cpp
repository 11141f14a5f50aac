#include "wire/json_text.h"

#include <algorithm>

#include "wire/utf8.h"

namespace aside::wire {
namespace {

bool needs_escape(char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == '"' || byte == '\\';
}

void append_escaped(std::string& into, char byte) {
    switch (byte) {
        case '"':
            into += "\\\"";
            return;
        case '\\':
            into += "\\\\";
            return;
        case '\n':
            into += "\\n";
            return;
        case '\r':
            into += "\\r";
            return;
        case '\t':
            into += "\\t";
            return;
        default:
            break;
    }
    constexpr char kHex[] = "0123456789abcdef";
    into += "\\u00";
    into += kHex[static_cast<unsigned char>(byte) >> 4];
    into += kHex[byte & 0xf];
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

void append_json_string(std::string& into, std::string_view text) {
    into += '"';
    const bool plain =
        std::ranges::all_of(text, [](char byte) { return byte > 0 && !needs_escape(byte); });
    if (plain)
        into += text;
    else
        append_repaired(into, text);
    into += '"';
}

}  // namespace aside::wire
