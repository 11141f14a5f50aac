// A hexadecimal digit's value; -1: it is none. Thread rule: a pure function.
#pragma once

namespace aside::wire {

constexpr int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    const char lower = static_cast<char>(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace aside::wire
