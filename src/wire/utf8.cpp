#include "wire/utf8.h"

#include <simdjson.h>

namespace aside::wire {

namespace {

bool is_ascii(std::string_view text) {
    unsigned char bits = 0;
    for (const char byte : text) bits |= static_cast<unsigned char>(byte);
    return bits < 0x80;
}

}  // namespace

bool is_utf8(std::string_view text) {
    // Names and headers are short and ASCII: simdjson's way to its fastest code takes longer.
    constexpr std::size_t kShortBytes = 64;
    if (text.size() <= kShortBytes && is_ascii(text)) return true;
    return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace aside::wire
