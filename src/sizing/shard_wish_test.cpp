#include "sizing/shard_wish.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::sizing {
namespace {

using namespace std::chrono_literals;

constexpr Duration kEvery = 5s;

class Watched {
  public:
    explicit Watched(Duration every = kEvery) : every_(every) {}

    // Observes `needed(time since now)` for so long: the first time after `every`.
    template <class Needed>
    void run(Duration span, Needed needed) {
        for (Duration at{}; at + every_ <= span; at += every_) {
            now_ += every_;
            wish_.observe(now_, needed(at));
        }
    }
    void run(Duration span, double needed) {
        run(span, [needed](Duration) { return needed; });
    }
    const ShardWish& wish() const { return wish_; }
    unsigned wished() const { return wish_.wished().value(); }

  private:
    const Duration every_;
    ShardWish wish_{ShardWishOptions{}};
    SteadyTime now_{1h};
};

TEST(ShardWish, BeginsWithWhatIsNeeded) {
    ShardWish wish{ShardWishOptions{}};
    EXPECT_FALSE(wish.wished());
    wish.observe(SteadyTime(1s), 3.1);
    EXPECT_EQ(wish.wished(), 4U);
    EXPECT_EQ(wish.changes(), 0U);
}

TEST(ShardWish, AThreefoldStepIsWishedForWithinAMinute) {
    for (const double before : {0.34, 0.4, 1.0, 3.0, 10.0}) {
        Watched watched;
        watched.run(30min, before);
        const unsigned had = watched.wished();
        watched.run(1min, 3 * before);
        EXPECT_GT(watched.wished(), had) << before;
        watched.run(2min, 3 * before);
        EXPECT_GE(watched.wished(), 3 * before) << before;
    }
}

// From whatever was needed, with whatever is wished for, if three times as much is more than that,
// however barely; asked as often as `aside plan --watch` may ask.
TEST(ShardWish, SoIsEachThatNeedsMoreThanIsWishedFor) {
    for (const Duration every : {Duration(1s), Duration(5s), Duration(7s), Duration(10s)}) {
        for (unsigned has = 1; has <= 40; ++has) {
            for (const double part : {1.0005 / 3, 0.35, 0.4, 0.5, 0.7, 0.97}) {
                Watched watched(every);
                watched.run(every, has / ShardWishOptions{}.rise_room);
                ASSERT_EQ(watched.wished(), has);
                watched.run(5min, part * has);
                ASSERT_EQ(watched.wished(), has) << part;
                watched.run(1min, 3 * part * has);
                EXPECT_GT(watched.wished(), has)
                    << part << " of it, asked every " << every.count() << " ns";
            }
        }
    }
}

TEST(ShardWish, AStepThatIsEnoughForChangesNothing) {
    Watched watched;
    watched.run(10min, 0.3);
    watched.run(10min, 0.9);
    EXPECT_EQ(watched.wished(), 1U);
}

TEST(ShardWish, NoiseOfAFifthForAnHourChangesItAtMostOnce) {
    for (const Duration every : {Duration(5s), Duration(10s)}) {
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            Random random(seed);
            const double mean = 0.3 + 10 * random.unit();
            Watched watched(every);
            watched.run(1h, [&](Duration) { return mean * (0.8 + 0.4 * random.unit()); });
            EXPECT_LE(watched.wish().changes(), 1U) << "seed " << seed << ", " << mean;
            EXPECT_GE(watched.wished(), mean * 0.9);
        }
    }
}

TEST(ShardWish, AlsoNoiseThatComesAndGoesInMinutes) {
    for (const Duration half : {Duration(10s), Duration(1min), Duration(5min), Duration(14min)}) {
        for (double mean = 0.3; mean < 30; mean *= 1.01) {
            for (const double first : {0.8, 1.2}) {
                Watched watched;
                watched.run(1h, [&](Duration at) {
                    return mean * (at / half % 2 == 0 ? first : 2 - first);
                });
                EXPECT_LE(watched.wish().changes(), 1U)
                    << mean << ", " << half.count() << " ns each way";
            }
        }
    }
}

TEST(ShardWish, FallsWhenLessIsNeededForLong) {
    Watched watched;
    watched.run(10min, 9.0);
    const unsigned had = watched.wished();
    watched.run(10min, 1.9);
    EXPECT_EQ(watched.wished(), had);  // it may come back
    watched.run(10min, 1.9);
    EXPECT_EQ(watched.wished(), 3U);
}

TEST(ShardWish, ABurstOfSecondsIsNotBoughtFor) {
    Watched watched;
    watched.run(10min, 2.0);
    watched.run(15s, 4.0);
    watched.run(10min, 2.0);
    watched.run(5s, 40.0);  // of which the mean is above the wish for long
    watched.run(10min, 2.0);
    EXPECT_EQ(watched.wish().changes(), 0U);
}

TEST(ShardWish, WhatIsNoNumberIsPassedOver) {
    ShardWish wish{ShardWishOptions{}};
    wish.observe(SteadyTime(1s), 2);
    wish.observe(SteadyTime(60s), std::numeric_limits<double>::quiet_NaN());
    wish.observe(SteadyTime(120s), -1);
    EXPECT_EQ(wish.wished(), 3U);
    EXPECT_EQ(wish.smoothed(), 2);
}

}  // namespace
}  // namespace aside::sizing
