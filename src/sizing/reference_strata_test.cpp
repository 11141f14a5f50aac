#include "sizing/reference_strata.h"

#include <map>

#include <gtest/gtest.h>

#include "base/hash.h"

namespace aside::sizing {
namespace {

std::uint64_t hash_of(std::uint64_t key) {
    return hash_bytes({reinterpret_cast<const char*>(&key), sizeof key}, 1);
}

TEST(ReferenceStrata, SortByHowLatelyAKeyWasAskedFor) {
    ReferenceStrata strata(1024);  // tables of 64 and 960
    EXPECT_EQ(strata.sort(hash_of(1)), 2U);
    EXPECT_EQ(strata.sort(hash_of(1)), 0U);
    // Of keys that come again after so many others most are in the table that has room for those.
    struct Loop {
        std::uint64_t keys;
        unsigned stratum;
    };
    for (const auto& [keys, stratum] : {Loop{8, 0}, Loop{300, 1}, Loop{20'000, 2}}) {
        std::map<unsigned, std::uint64_t> sorted;
        for (int round = 0; round < 2; ++round) {
            sorted.clear();
            for (std::uint64_t key = 0; key < keys; ++key)
                ++sorted[strata.sort(hash_of(1'000'000 * keys + key))];
        }
        EXPECT_GE(sorted[stratum], keys * 6 / 10) << keys;
    }
}

TEST(ReferenceStrata, RememberAFewKeysAtLeast) {
    ReferenceStrata strata(0);
    for (std::uint64_t round = 0; round < 100; ++round) {
        for (std::uint64_t key = 0; key < 3; ++key)
            EXPECT_EQ(strata.sort(hash_of(key)), round == 0 ? 2U : 0U);
    }
    for (std::uint64_t key = 100; key < 200; ++key)
        EXPECT_EQ(strata.sort(hash_of(10 + key % 7)), 2U);
}

}  // namespace
}  // namespace aside::sizing
