#include "memory/eviction.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "memory/eviction_streams.h"

namespace aside::memory {
namespace {

using test::Replay;
using test::Stream;

std::uint64_t hash_of(std::uint64_t key) {
    return (key + 1) * 0x9E3779B97F4A7C15ULL;
}

// Random inserts, hits, replacements, removals and changes of capacity, against a model that knows
// only which nodes should be linked and what they weigh.
class RandomOperations : public ::testing::TestWithParam<std::uint64_t> {
  protected:
    struct Entry {
        std::unique_ptr<PolicyNode> node = std::make_unique<PolicyNode>();
        std::uint32_t charge = 0;
    };

    void drop(VictimList& victims) {
        while (PolicyNode* victim = victims.pop()) {
            EXPECT_FALSE(victim->linked());
            ASSERT_EQ(
                std::erase_if(kept_,
                              [&](const auto& item) { return item.second.node.get() == victim; }),
                1U)
                << "a victim that was not in the cache, or twice";
        }
    }

    void check(const EvictionPolicy& policy) {
        std::uint64_t charge = 0;
        for (const auto& [key, entry] : kept_) {
            ASSERT_TRUE(entry.node->linked());
            charge += entry.charge;
        }
        ASSERT_EQ(policy.used_charge(), charge);
        ASSERT_EQ(policy.entries(), kept_.size());
    }

    std::map<std::uint64_t, Entry> kept_;
};

TEST_P(RandomOperations, KeepTheBoundAndEveryNodeInOneQueue) {
    std::mt19937_64 random(GetParam());
    std::uint64_t capacity = 5'000;
    EvictionPolicy policy(capacity, 10, GetParam());  // grows far beyond what it expects
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t key = random() % 700;
        const auto found = kept_.find(key);
        const auto charge =
            static_cast<std::uint32_t>(random() % 50 == 0 ? random() % 6'000 : 1 + random() % 40);
        VictimList victims;
        if (found == kept_.end()) {
            Entry& entry = kept_[key];
            entry.charge = charge;
            policy.insert(*entry.node, hash_of(key), charge, victims);
            drop(victims);
            ASSERT_LE(policy.used_charge(), capacity);
        } else if (random() % 8 == 0) {
            policy.remove(*found->second.node);
            EXPECT_FALSE(found->second.node->linked());
            policy.remove(*found->second.node);  // again: without effect
            kept_.erase(found);
        } else if (random() % 8 == 0) {
            auto next = std::make_unique<PolicyNode>();
            policy.replace(*found->second.node, *next, charge, victims);
            EXPECT_FALSE(found->second.node->linked());
            found->second = {.node = std::move(next), .charge = charge};
            drop(victims);
            ASSERT_LE(policy.used_charge(), capacity);
        } else {
            found->second.node->record_hit();
            policy.on_sampled_hit({.hash = hash_of(key), .charge = found->second.charge});
        }
        if (random() % 500 == 0) {
            capacity = random() % 6'000;
            policy.set_capacity(capacity);
        }
        if (step % 100 == 0) {
            check(policy);
        }
    }
    for (const auto& [key, entry] : kept_) {
        policy.remove(*entry.node);
    }
    EXPECT_EQ(policy.used_charge(), 0U);
    EXPECT_EQ(policy.entries(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOperations, ::testing::Range<std::uint64_t>(1, 9));

TEST(Eviction, AnObjectLargerThanTheCacheIsTurnedAway) {
    EvictionPolicy policy(100, 10, 1);
    PolicyNode small;
    PolicyNode large;
    VictimList victims;
    policy.insert(small, hash_of(1), 10, victims);
    policy.insert(large, hash_of(2), 101, victims);
    EXPECT_EQ(victims.pop(), &large);
    EXPECT_TRUE(victims.empty());
    EXPECT_TRUE(small.linked());
    policy.remove(small);
}

TEST(Eviction, AColdLargeObjectDoesNotFlushManySmallOnes) {
    Replay cache({.capacity = 10'000, .entries = 1'000});
    for (int round = 0; round < 5; ++round) {
        for (std::uint64_t key = 0; key < 900; ++key) {
            cache.request(key, 10);
        }
    }
    for (std::uint64_t key = 10'000; key < 10'010; ++key) {
        cache.request(key, 5'000);
    }
    const std::uint64_t before = cache.misses();
    for (std::uint64_t key = 0; key < 900; ++key) {
        cache.request(key, 10);
    }
    EXPECT_LT(cache.misses() - before, 100U);
}

TEST(Eviction, AReplacedValueKeepsItsPlace) {
    Replay cache({.capacity = 100, .entries = 100});
    for (int round = 0; round < 20; ++round) {
        for (std::uint64_t key = 0; key < 80; ++key) {
            cache.request(key);
            cache.replace(key);
        }
        for (std::uint64_t scan = 0; scan < 200; ++scan) {
            cache.request(100'000 + static_cast<std::uint64_t>(round) * 200 + scan);
        }
    }
    const std::uint64_t before = cache.misses();
    for (std::uint64_t key = 0; key < 80; ++key) {
        cache.request(key);
    }
    EXPECT_LT(cache.misses() - before, 10U);
}

TEST(Eviction, IsDeterministic) {
    const Stream stream = test::zipf(3'000, 0.9, 50'000);
    EXPECT_EQ(test::misses(stream, {.capacity = 200, .entries = 200}),
              test::misses(stream, {.capacity = 200, .entries = 200}));
}

TEST(Eviction, AWrongGuessOfTheNumberOfEntriesDoesLittleHarm) {
    const Stream stream = test::zipf(20'000, 0.9, 200'000);
    const std::uint64_t right = test::misses(stream, {.capacity = 2'000, .entries = 2'000});
    for (const std::uint64_t guess : {10U, 100U, 20'000U, 200'000U}) {
        const std::uint64_t wrong = test::misses(stream, {.capacity = 2'000, .entries = guess});
        EXPECT_NEAR(static_cast<double>(wrong), static_cast<double>(right), 0.01 * 200'000)
            << guess << " expected";
    }
}

// The same stream with every hit told in batches of 64, and with one in a hundred lost.
TEST(Eviction, LateAndLostHitsDoNotMatter) {
    const Stream stream = test::scans_over_hot_set(200'000);
    const std::uint64_t prompt = test::misses(stream, {.capacity = 500, .entries = 500});
    const std::uint64_t late =
        test::misses(stream, {.capacity = 500, .entries = 500, .batch = 64, .lose_one_in = 100});
    EXPECT_NEAR(static_cast<double>(late), static_cast<double>(prompt), 0.005 * 200'000);
}

TEST(Eviction, ShardsMissAboutAsMuchAsOneCache) {
    const Stream stream = test::zipf(100'000, 0.9, 300'000);
    const std::uint64_t whole = test::misses(stream, {.capacity = 16'384, .entries = 16'384});
    std::uint64_t parts = 0;
    for (std::uint64_t shard = 0; shard < 4; ++shard) {
        Stream part;
        for (const std::uint64_t key : stream) {
            if (hash_of(key) >> 62U == shard) {
                part.push_back(key);
            }
        }
        parts += test::misses(part, {.capacity = 4'096, .entries = 4'096});
    }
    EXPECT_NEAR(static_cast<double>(parts), static_cast<double>(whole), 0.005 * 300'000);
}

struct Expectation {
    const char* name;
    Stream stream;
    std::uint64_t capacity;
    double at_most_of_optimal;  // misses, as a multiple of those of the optimal policy
    double at_most_of_lru;
};

TEST(Eviction, HoldsOnEveryKindOfTraffic) {
    const std::vector<Expectation> expectations = {
        // A loop larger than the cache: LRU never hits, keeping any part of it is optimal.
        {"loop", test::loop(1'000, 100'000), 300, 1.15, 0.80},
        {"scans over a hot set", test::scans_over_hot_set(200'000), 500, 1.35, 0.92},
        {"zipf", test::zipf(20'000, 0.9, 200'000), 1'000, 1.40, 0.90},
        // Short lives: any key's second request is its last, so frequency is no guide.
        {"each key twice", test::each_key_twice(700, 100'000), 1'000, 1.10, 1.10},
        {"each key twice, tight", test::each_key_twice(700, 100'000), 500, 1.70, 1.10},
    };
    for (const Expectation& e : expectations) {
        const auto ours = static_cast<double>(
            test::misses(e.stream, {.capacity = e.capacity, .entries = e.capacity}));
        const auto lru = static_cast<double>(test::lru_misses(e.stream, e.capacity));
        const auto optimal = static_cast<double>(test::optimal_misses(e.stream, e.capacity));
        EXPECT_GE(ours, optimal) << e.name;
        EXPECT_LE(ours, e.at_most_of_optimal * optimal) << e.name;
        EXPECT_LE(ours, e.at_most_of_lru * lru) << e.name;
    }
}

TEST(Eviction, FollowsTrafficThatChangesItsKind) {
    Stream stream = test::loop(1'000, 60'000);
    const Stream after = test::each_key_twice(200, 60'000);
    stream.insert(stream.end(), after.begin(), after.end());
    Replay cache({.capacity = 300, .entries = 300});
    for (const std::uint64_t key : stream) {
        cache.request(key);
    }
    EXPECT_GE(cache.policy().window_share(), 0.4);
}

TEST(Eviction, AidsAreSmallForALargeCache) {
    const EvictionPolicy policy(100'000, 100'000, 1);
    EXPECT_LT(policy.overhead_bytes(), 100'000U * 34);
}

}  // namespace
}  // namespace aside::memory
