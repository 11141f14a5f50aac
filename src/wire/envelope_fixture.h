// Test support: makes a forged envelope consistent, so that what is behind the checksum is reached.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace aside::wire {

inline constexpr std::size_t kEnvelopeHeadBytes = 48;

template <class Number>
void set_number(std::string& envelope, std::size_t at, Number number) {
    std::memcpy(envelope.data() + at, &number, sizeof number);
}

// REQUIRES: at least a head's bytes.
inline void reseal(std::string& envelope) {
    std::uint32_t before = 0;
    std::memcpy(&before, envelope.data(), sizeof before);
    set_number(envelope, 4,
               hash_bytes(std::string_view(envelope).substr(12), 0xc3ec5a51'de5eed01ULL + before));
}

}  // namespace aside::wire
