// A permutation of the numbers below some bound, chosen by a seed, without a table: a Feistel
// network over as many bits as the bound has, walked on until it comes out below the bound (J.
// Black, P. Rogaway: "Ciphers with Arbitrary Finite Domains", 2002). It scatters; it hides nothing.
//
// Thread rule: a plain value.
#pragma once

#include <array>
#include <cstdint>

namespace aside::lab::load {

class KeyPermutation {
  public:
    KeyPermutation(std::uint64_t keys, std::uint64_t seed);  // keys >= 1

    std::uint64_t operator()(std::uint64_t key) const;  // key < keys

  private:
    std::uint64_t once(std::uint64_t number) const;

    static constexpr std::size_t kRounds = 6;
    std::uint64_t keys_;
    unsigned low_bits_;
    std::uint64_t low_mask_, high_mask_;
    std::array<std::uint64_t, kRounds> round_keys_{};
};

}  // namespace aside::lab::load
