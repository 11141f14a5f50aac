#include "lab/load/cdn_model.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::lab::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime at(Duration since_start) {
    return SteadyTime(since_start);
}

TEST(CdnModel, AKeyIsAnsweredForItsTimeToLiveFromItsAnswerOn) {
    CdnModel cdn(3, seconds(180));
    EXPECT_EQ(cdn.ask(1, at(seconds(5))), CdnAnswer::fetches);
    EXPECT_EQ(cdn.fetched(1, at(seconds(7))), 0);
    EXPECT_EQ(cdn.ask(1, at(seconds(7))), CdnAnswer::hit);
    EXPECT_EQ(cdn.ask(1, at(seconds(187) - milliseconds(1))), CdnAnswer::hit);
    EXPECT_EQ(cdn.ask(0, at(seconds(8))), CdnAnswer::fetches);  // a key of its own
    EXPECT_EQ(cdn.ask(1, at(seconds(187))), CdnAnswer::fetches);
    EXPECT_EQ(cdn.fetched(1, at(seconds(188))), 0);
    EXPECT_EQ(cdn.ask(1, at(seconds(367))), CdnAnswer::hit);
}

TEST(CdnModel, ThoseWhoAskMeanwhileShareTheAnswer) {
    CdnModel cdn(2, seconds(10));
    EXPECT_EQ(cdn.ask(0, at(seconds(1))), CdnAnswer::fetches);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(cdn.ask(0, at(seconds(1))), CdnAnswer::waits);
    EXPECT_EQ(cdn.ask(1, at(seconds(1))), CdnAnswer::fetches);
    EXPECT_EQ(cdn.fetched(0, at(seconds(2))), 3);
    EXPECT_EQ(cdn.counts().fetches, 2);
    EXPECT_EQ(cdn.counts().waited, 3);
    EXPECT_EQ(cdn.counts().waited_in_vain, 0);
}

TEST(CdnModel, AFailureIsSharedButNotRemembered) {
    CdnModel cdn(1, seconds(10));
    cdn.ask(0, at(seconds(1)));
    cdn.ask(0, at(seconds(1)));
    EXPECT_EQ(cdn.failed(0), 1);
    EXPECT_EQ(cdn.counts().waited_in_vain, 1);
    EXPECT_EQ(cdn.ask(0, at(seconds(1))), CdnAnswer::fetches);
    EXPECT_EQ(cdn.ask(0, at(seconds(1))), CdnAnswer::waits);
    EXPECT_EQ(cdn.fetched(0, at(seconds(1))), 1);
}

TEST(CdnModel, AFailureTakesNoFreshAnswerBack) {
    CdnModel cdn(1, seconds(10));
    cdn.ask(0, at(seconds(0)));
    cdn.fetched(0, at(seconds(0)));
    EXPECT_EQ(cdn.failed(0), 0);  // of no fetch
    EXPECT_EQ(cdn.ask(0, at(seconds(9))), CdnAnswer::hit);
}

TEST(CdnModel, ATimeToLiveMayBeForEver) {
    CdnModel cdn(1, Duration::max());
    cdn.ask(0, at(seconds(1)));
    cdn.fetched(0, at(seconds(1)));
    EXPECT_EQ(cdn.ask(0, at(std::chrono::hours(100'000))), CdnAnswer::hit);
}

// The target sees each key at most once a time-to-live, and every request is counted once.
TEST(CdnModel, KeepsAllButOneRequestAKeyFromTheTarget) {
    constexpr std::uint64_t kKeys = 50;
    CdnModel cdn(kKeys, seconds(10));
    Random random(3);
    std::vector<SteadyTime> last(kKeys, at(-seconds(10)));
    for (int i = 0; i < 100'000; ++i) {
        const SteadyTime now = at(milliseconds(i));
        const std::uint64_t key = random.below(kKeys);
        if (cdn.ask(key, now) != CdnAnswer::fetches) continue;
        ASSERT_GE(now - last[key], seconds(10)) << key;
        last[key] = now;
        cdn.fetched(key, now);
    }
    EXPECT_EQ(cdn.counts().hits + cdn.counts().fetches, 100'000);
    EXPECT_NEAR(static_cast<double>(cdn.counts().fetches), kKeys * 10, kKeys);
}

}  // namespace
}  // namespace aside::lab::load
