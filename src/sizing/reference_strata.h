// Sorts references by how lately their key was asked for before. How many there are of each sort is
// counted over all references, so that a sample of keys need not tell it: a few hot keys, or a
// loop, of which it has too many or too few then say too much or too little of their own sort
// alone.
//
// Each sort but the last are those whose key a small table still holds, of those asked for last;
// the second table is the larger one. A table is of sets of four, so that it hardly happens that
// hot keys push each other out: they would be sorted as if they were seldom asked for.
//
// Thread rule: one owner. Source: stratified sampling with known sizes of the strata (Cochran,
// "Sampling Techniques", chapter 5), of SHARDS' sample of keys.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aside::sizing {

class ReferenceStrata {
  public:
    static constexpr std::size_t kStrata = 3;

    // So many keys are remembered at most, and eight at least.
    explicit ReferenceStrata(std::size_t keys);

    // Of a reference to this key, which is remembered.
    std::uint8_t sort(std::uint64_t hash) {
        std::uint8_t stratum = kStrata - 1;
        for (std::size_t i = tables_.size(); i-- > 0;) {
            if (to_front(set_of(tables_[i], hash), hash)) stratum = static_cast<std::uint8_t>(i);
        }
        return stratum;
    }

  private:
    using Set = std::array<std::uint64_t, 4>;  // the last asked for first
    using Table = std::vector<Set>;

    // By the low bits: keys are chosen by the high ones.
    static Set& set_of(Table& table, std::uint64_t hash) {
        return table[((hash & 0xffff'ffff) * table.size()) >> 32];
    }
    // Whether it was there.
    static bool to_front(Set& set, std::uint64_t hash) {
        std::uint64_t moved = hash;
        for (std::uint64_t& place : set) {
            std::swap(place, moved);
            if (moved == hash) return true;
        }
        return false;
    }

    std::array<Table, kStrata - 1> tables_;
};

}  // namespace aside::sizing
