// Which of the 16,384 slots a key's name belongs to: CRC16 (XMODEM) of its hash tag, or of all of
// it (Redis cluster specification, "Key distribution model", "Hash tags").
//
// Thread rule: pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::redis {

std::uint16_t slot_of_name(std::string_view name);

}  // namespace aside::redis
