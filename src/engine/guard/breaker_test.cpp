#include "engine/guard/breaker.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

// A thousand loads a second at an origin of which so many attempts are good.
class BreakerTest : public ::testing::Test {
  protected:
    // The part of the loads that passed.
    double run(Duration span, double good, bool background = false) {
        std::uint64_t passed = 0, asked = 0;
        for (const SteadyTime end = now_ + span; now_ < end; now_ += 1ms) {
            ++asked;
            if (!breaker_.passes(now_, background, random_.unit())) continue;
            ++passed;
            breaker_.note(now_, random_.unit() < good);
        }
        return static_cast<double>(passed) / static_cast<double>(asked);
    }
    Random random_{1};
    Breaker breaker_;
    SteadyTime now_{100s};
};

TEST_F(BreakerTest, PassesEverythingWhileHalfIsGood) {
    EXPECT_EQ(run(20s, 1.0), 1.0);
    EXPECT_GE(run(20s, 0.5), 0.95);
}

TEST_F(BreakerTest, ShedsInProportionAndStaysThere) {
    run(10s, 0.25);
    EXPECT_NEAR(run(60s, 0.25), 0.5, 0.06);
    run(10s, 0.1);
    EXPECT_NEAR(run(60s, 0.1), 0.2, 0.06);
}

TEST_F(BreakerTest, ShedsWhatNobodyWaitsForFirst) {
    run(10s, 0.6);
    EXPECT_EQ(breaker_.ratio(now_), 0);
    EXPECT_NEAR(breaker_.ratio(now_, true), 0.25, 0.06);
}

TEST_F(BreakerTest, ADeadOriginIsAskedAFewTimesASecondAndFoundWhenItIsBack) {
    run(20s, 0.0);
    const double passed = run(10s, 0.0);
    EXPECT_LE(passed, 0.05);
    EXPECT_GE(passed, 0.004);  // five a second
    run(5s, 1.0);
    EXPECT_EQ(run(1s, 1.0), 1.0);
}

TEST_F(BreakerTest, ProbesEvenIfEveryDrawIsAgainstIt) {
    for (int i = 0; i < 1000; ++i) breaker_.note(now_, false);
    int passed = 0;
    for (int i = 0; i < 1000; ++i, now_ += 1ms) passed += breaker_.passes(now_, false, 0.0) ? 1 : 0;
    EXPECT_EQ(passed, 5);
}

TEST_F(BreakerTest, AFewFailuresAreNoEvidence) {
    for (int i = 0; i < 5; ++i) breaker_.note(now_, false);
    EXPECT_EQ(breaker_.ratio(now_), 0);
    EXPECT_EQ(breaker_.ratio(now_, true), 0);
}

}  // namespace
}  // namespace aside::engine
