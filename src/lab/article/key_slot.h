// Which of the 16,384 slots of a Redis Cluster a key belongs to: CRC16 (XMODEM) of its hash tag, or
// of all of it. Thread rule: pure function. Source: Redis cluster specification, "Key distribution
// model" and "Hash tags".
//
// src/redis has the same; this design shares nothing with what it is compared with.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::lab {

inline constexpr std::uint16_t kKeySlots = 16384;

std::uint16_t key_slot(std::string_view key);

}  // namespace aside::lab
