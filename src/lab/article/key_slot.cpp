#include "lab/article/key_slot.h"

#include <array>

namespace aside::lab {
namespace {

constexpr std::array<std::uint16_t, 256> kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned sum = byte << 8;
        for (int bit = 0; bit < 8; ++bit) sum = (sum << 1) ^ ((sum & 0x8000) != 0 ? 0x1021 : 0);
        table[byte] = static_cast<std::uint16_t>(sum);
    }
    return table;
}();

std::string_view hashed_part(std::string_view key) {
    const std::size_t open = key.find('{');
    if (open == std::string_view::npos) return key;
    const std::size_t close = key.find('}', open + 1);
    if (close == std::string_view::npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t key_slot(std::string_view key) {
    std::uint16_t sum = 0;
    for (const char c : hashed_part(key)) {
        const unsigned place = ((sum >> 8) ^ static_cast<unsigned char>(c)) & 0xff;
        sum = static_cast<std::uint16_t>((sum << 8) ^ kTable[place]);
    }
    return sum % kKeySlots;
}

}  // namespace aside::lab
