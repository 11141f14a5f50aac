#include "redis/protocol/slot.h"

#include <array>
#include <cstddef>

#include "engine/ports/remote_tier.h"

namespace aside::redis {
namespace {

constexpr std::array<std::uint16_t, 256> kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021 : 0);
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
    unsigned crc = 0;
    for (const char c : bytes) {
        crc = ((crc << 8) ^ kTable[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xff]) & 0xffff;
    }
    return static_cast<std::uint16_t>(crc);
}

std::string_view hash_tag(std::string_view name) {
    const std::size_t open = name.find('{');
    if (open == std::string_view::npos) return name;
    const std::size_t close = name.find('}', open + 1);
    if (close == std::string_view::npos || close == open + 1) return name;
    return name.substr(open + 1, close - open - 1);
}

std::uint16_t slot_of_name(std::string_view name) {
    return crc16(hash_tag(name)) % kSlots;
}

}  // namespace aside::redis
