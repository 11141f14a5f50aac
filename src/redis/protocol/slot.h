// Which of the 16,384 slots a key's name belongs to: CRC16 (XMODEM) of its hash tag, or of all of
// it (Redis cluster specification, "Key distribution model", "Hash tags").
//
// Thread rule: pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::redis {

std::uint16_t slot_of_name(std::string_view name);

// What is hashed: the bytes between the first '{' and the first '}' after it when there are any,
// else all of the name.
std::string_view hash_tag(std::string_view name);

// CRC16/XMODEM: polynomial 0x1021, start 0, nothing reflected.
std::uint16_t crc16(std::string_view bytes);

}  // namespace aside::redis
