#include "lab/load/key_permutation.h"

#include <bit>

#include "base/random.h"

namespace aside::lab::load {
namespace {

constexpr std::uint64_t low_ones(unsigned bits) {
    return (std::uint64_t{1} << bits) - 1;  // of halves: never all 64
}

std::uint64_t mixed(std::uint64_t half, std::uint64_t round_key) {
    const std::uint64_t product = (half ^ round_key) * 0x9e3779b97f4a7c15ULL;
    const std::uint64_t folded = (product ^ (product >> 32)) * 0xbf58476d1ce4e5b9ULL;
    return folded ^ (folded >> 29);
}

}  // namespace

KeyPermutation::KeyPermutation(std::uint64_t keys, std::uint64_t seed) : keys_(keys) {
    const auto bits = static_cast<unsigned>(std::bit_width(keys - 1));
    low_bits_ = (bits + 1) / 2;
    low_mask_ = low_ones(low_bits_);
    high_mask_ = low_ones(bits - low_bits_);
    Random random(seed);
    for (auto& key : round_keys_) key = random.next();
}

std::uint64_t KeyPermutation::operator()(std::uint64_t key) const {
    // Fewer than half of the network's numbers are out of bounds, and the way back in is a cycle's.
    do {
        key = once(key);
    } while (key >= keys_);
    return key;
}

// Halves may differ by a bit: each round changes one by a function of the other, which can be
// undone whatever their widths.
std::uint64_t KeyPermutation::once(std::uint64_t number) const {
    std::uint64_t low = number & low_mask_;
    std::uint64_t high = number >> low_bits_;
    for (std::size_t round = 0; round < kRounds; round += 2) {
        high ^= mixed(low, round_keys_[round]) & high_mask_;
        low ^= mixed(high, round_keys_[round + 1]) & low_mask_;
    }
    return high << low_bits_ | low;
}

}  // namespace aside::lab::load
