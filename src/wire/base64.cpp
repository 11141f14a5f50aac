#include "wire/base64.h"

#include <array>
#include <cstdint>

namespace aside::wire {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t at = 0; at < kDigits.size(); ++at)
        values[static_cast<unsigned char>(kDigits[at])] = static_cast<std::uint8_t>(at);
    return values;
}();

constexpr char digit(std::uint32_t bits, int shift) {
    return kDigits[(bits >> shift) & 63];
}

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

char* encode(char* to, std::string_view bytes) {
    std::size_t at = 0;
    for (; bytes.size() - at >= 3; at += 3) {
        const std::uint32_t bits =
            byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
        for (int shift = 18; shift >= 0; shift -= 6) *to++ = digit(bits, shift);
    }
    const std::size_t left = bytes.size() - at;
    if (left == 0) return to;
    const std::uint32_t bits =
        byte_at(bytes, at) << 16 | (left == 2 ? byte_at(bytes, at + 1) << 8 : 0);
    *to++ = digit(bits, 18);
    *to++ = digit(bits, 12);
    *to++ = left == 2 ? digit(bits, 6) : '=';
    *to++ = '=';
    return to;
}

// `text` is without its padding. False: a byte that is no digit, or bits that nobody reads.
bool decode(char* to, std::string_view text) {
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
        if (value == kNoDigit) return false;
        bits = bits << 6 | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        *to++ = static_cast<char>(bits >> held);
        bits &= (1U << held) - 1;
    }
    return bits == 0;
}

}  // namespace

void append_base64(std::string& into, std::string_view bytes) {
    const std::size_t before = into.size();
    into.resize_and_overwrite(before + (bytes.size() + 2) / 3 * 4, [&](char* text, std::size_t) {
        return encode(text + before, bytes) - text;
    });
}

bool append_base64_decoded(std::string& into, std::string_view text) {
    if (text.size() % 4 != 0) return false;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    const std::size_t before = into.size();
    const std::size_t bytes = text.size() / 4 * 3 + text.size() % 4 * 3 / 4;
    bool valid = false;
    // The size the library hands over may be more than was asked for (libstdc++ 12).
    into.resize_and_overwrite(before + bytes, [&](char* room, std::size_t) {
        valid = decode(room + before, text);
        return valid ? before + bytes : before;
    });
    return valid;
}

}  // namespace aside::wire
