#include "redis/cold_shard.h"

#include <memory>

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Reads of one node in virtual time, a share of which miss.
class Reads {
  public:
    explicit Reads(double per_second) : every_(static_cast<Duration::rep>(1e9 / per_second)) {}

    // Gives how often the flag changed.
    int run(Duration span, double share_of_misses) {
        int changes = 0;
        for (const SteadyTime end = now_ + span; now_ < end; now_ += every_) {
            const bool before = shards->cold(kNode);
            shards->note(kNode, random_.unit() >= share_of_misses, now_);
            changes += before != shards->cold(kNode) ? 1 : 0;
        }
        return changes;
    }
    // How long it takes to be flagged; `limit` when it is not.
    Duration until_cold(double share_of_misses, Duration limit) {
        const SteadyTime start = now_;
        while (!shards->cold(kNode) && now_ - start < limit) run(milliseconds(10), share_of_misses);
        return now_ - start;
    }

    static constexpr NodeId kNode = 3;
    std::unique_ptr<ColdShards> shards = std::make_unique<ColdShards>();

  private:
    Duration every_;
    SteadyTime now_ = SteadyTime(seconds(1000));
    Random random_{17};
};

TEST(ColdShards, AnEmptyShardIsFlaggedWithinASecond) {
    for (const double usual : {0.0, 0.02, 0.2, 0.6}) {
        for (const double rate : {1'000.0, 20'000.0}) {
            Reads reads(rate);
            reads.run(seconds(60), usual);
            EXPECT_FALSE(reads.shards->cold(Reads::kNode)) << usual;
            EXPECT_LT(reads.until_cold(1.0, seconds(5)), seconds(1)) << usual << " " << rate;
            EXPECT_EQ(reads.shards->cold_count(), 1U);
        }
    }
}

TEST(ColdShards, ASteadyShareOfMissesIsNeverCold) {
    for (const double usual : {0.0, 0.02, 0.3, 0.6, 0.8, 0.9, 0.97, 1.0}) {
        for (const double rate : {100.0, 1'000.0, 10'000.0}) {
            Reads reads(rate);
            EXPECT_EQ(reads.run(seconds(600), usual), 0) << usual << " at " << rate;
        }
    }
}

TEST(ColdShards, IsWarmAgainWhenTheHitsAreBackAndNotBefore) {
    Reads reads(5'000);
    reads.run(seconds(60), 0.05);
    reads.until_cold(1.0, seconds(5));
    EXPECT_EQ(reads.run(seconds(5), 0.8), 0);
    EXPECT_EQ(reads.run(seconds(5), 0.4), 0);
    EXPECT_EQ(reads.run(seconds(2), 0.1), 1);
    EXPECT_FALSE(reads.shards->cold(Reads::kNode));
}

TEST(ColdShards, ANewUsualIsAcceptedInTheEnd) {
    Reads reads(2'000);
    reads.run(seconds(60), 0.05);
    reads.until_cold(0.9, seconds(5));
    EXPECT_EQ(reads.run(seconds(30), 0.9), 0);
    EXPECT_EQ(reads.run(seconds(300), 0.9), 1);
    EXPECT_FALSE(reads.shards->cold(Reads::kNode));
}

TEST(ColdShards, ACacheThatFillsForTheFirstTimeIsNotColdAndThenKnowsItsUsual) {
    Reads reads(2'000);
    EXPECT_EQ(reads.run(seconds(5), 1.0), 0);
    for (int percent = 90; percent >= 10; percent -= 10) {
        EXPECT_EQ(reads.run(seconds(2), percent / 100.0), 0);
    }
    reads.run(seconds(10), 0.05);
    EXPECT_LT(reads.until_cold(1.0, seconds(5)), seconds(1));
}

TEST(ColdShards, AFewReadsSayNothing) {
    Reads reads(10'000);
    reads.run(seconds(60), 0.0);
    EXPECT_EQ(reads.run(milliseconds(6), 1.0), 0);  // 60 misses
    EXPECT_EQ(reads.run(seconds(1), 0.0), 0);
}

TEST(ColdShards, NodesAreToldApart) {
    Reads reads(10'000);
    reads.run(seconds(10), 0.0);
    for (int i = 0; i < 10'000; ++i) {
        reads.shards->note(7, false, SteadyTime(seconds(2000) + milliseconds(i)));
    }
    EXPECT_FALSE(reads.shards->cold(Reads::kNode));
    EXPECT_FALSE(reads.shards->cold(7));  // it was never warm
}

}  // namespace
}  // namespace aside::redis
