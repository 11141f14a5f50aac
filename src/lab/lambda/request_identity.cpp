#include "lab/lambda/request_identity.h"

namespace aside::lab::lambda {

namespace {

constexpr unsigned kBitsADigit = 4;

// The lowest digits, the highest of these first.
std::string hexadecimal(std::uint64_t number, unsigned digits) {
    std::string text(digits, '0');
    for (unsigned i = digits; i > 0; --i, number >>= kBitsADigit) {
        text[i - 1] = "0123456789abcdef"[number & 15U];
    }
    return text;
}

}  // namespace

std::string make_request_id(Random& random) {
    const std::string high = hexadecimal(random.next(), 16), low = hexadecimal(random.next(), 16);
    const char variant = "89ab"[random.below(4)];
    std::string id = high.substr(0, 8) + "-" + high.substr(8, 4) + "-4" + high.substr(13, 3) + "-";
    return id + variant + low.substr(1, 3) + "-" + low.substr(4);
}

std::string make_trace_id(Random& random, WallTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    return "Root=1-" + hexadecimal(static_cast<std::uint64_t>(seconds), 8) + "-" +
           hexadecimal(random.next(), 12) + hexadecimal(random.next(), 12) +
           ";Parent=" + hexadecimal(random.next(), 16) + ";Sampled=0";
}

}  // namespace aside::lab::lambda
