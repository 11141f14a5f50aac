// The limit against modelled origins in virtual time.
#include "engine/guard/concurrency_limit.h"

#include <gtest/gtest.h>

#include "engine/guard/modelled_origin_fixture.h"

namespace aside::engine {
namespace {

using namespace std::chrono_literals;

// Loads without end before a limit before an origin: as many as `demand` at a time.
class LimitedOrigin {
  public:
    LimitedOrigin(OriginModel model, LimitOptions options, std::uint64_t seed = 1)
        : limit_(options), options_(options), origin_(line_, model, seed) {
        fill();
    }

    void run_for(Duration span) { line_.run_until(line_.now() + span); }
    void change(OriginModel model) { origin_.change(model); }
    void demand(unsigned at_a_time) {
        demand_ = at_a_time;
        fill();
    }
    // Every n-th attempt is answered so, at once; 0: none.
    void refuse(unsigned every, HealthSign sign) {
        refuse_every_ = every;
        refusal_ = sign;
    }
    std::uint64_t answered() const { return answered_; }
    std::uint64_t refused() const { return refused_; }
    std::uint32_t settled() const { return limit_.settled(); }
    const ConcurrencyLimit& limit() const { return limit_; }

  private:
    void fill() {
        while (limit_.in_flight() < std::min(limit_.limit(), demand_)) {
            const auto attempt = limit_.begin(line_.now());
            EXPECT_LE(limit_.limit(), options_.ceiling);
            EXPECT_GE(limit_.limit(), options_.floor);
            if (refuse_every_ != 0 && ++asked_ % refuse_every_ == 0) {
                line_.at(line_.now() + 1ms, [this, attempt] { end(attempt, refusal_); });
            } else {
                origin_.ask([this, attempt] { end(attempt, HealthSign::answered); });
            }
        }
    }
    void end(const ConcurrencyLimit::Attempt& attempt, HealthSign sign) {
        ++(sign == HealthSign::answered ? answered_ : refused_);
        limit_.note(attempt, line_.now(), sign);
        limit_.leave(line_.now());
        fill();
    }
    ConcurrencyLimit limit_;
    const LimitOptions options_;
    EventLine line_;
    ModelledOrigin origin_;
    unsigned demand_ = 100'000;
    unsigned refuse_every_ = 0, asked_ = 0;
    HealthSign refusal_ = HealthSign::answered;
    std::uint64_t answered_ = 0, refused_ = 0;
};

constexpr LimitOptions kWide{.floor = 1, .ceiling = 400};

// The servers become a tenth as many, or each takes ten times as long.
enum class Slowness : std::uint8_t { fewer_servers, slower_servers };
struct Step {
    ServiceTimes times;
    Slowness slowness;
    Duration service;
    std::uint64_t seed;
};

class LimitSteps : public ::testing::TestWithParam<Step> {};

TEST_P(LimitSteps, FindsTheCapacityOfASlowedOriginAndOfOneThatRecovers) {
    const Step step = GetParam();
    const OriginModel healthy{.servers = 40, .service = step.service, .times = step.times};
    OriginModel slow = healthy;
    if (step.slowness == Slowness::fewer_servers) {
        slow.servers /= 10;
    } else {
        slow.service *= 10;
    }
    const unsigned capacity = capacity_of(healthy), slow_capacity = capacity_of(slow);
    const double rate = closed_loop(healthy, 4 * capacity).per_second;
    const double slow_rate = closed_loop(slow, 4 * slow_capacity).per_second;

    LimitedOrigin origin(healthy, kWide, step.seed);
    origin.run_for(10s);
    EXPECT_NEAR(origin.settled(), capacity, 0.25 * capacity);

    origin.change(slow);
    const std::uint64_t before = origin.answered();
    origin.run_for(2s);
    for (int i = 0; i < 4; ++i) {
        EXPECT_NEAR(origin.settled(), slow_capacity, std::max(1.0, 0.25 * slow_capacity)) << i;
        origin.run_for(500ms);
    }
    origin.run_for(6s);
    EXPECT_GE(static_cast<double>(origin.answered() - before), 0.8 * 10 * slow_rate);

    origin.change(healthy);
    const std::uint64_t recovering = origin.answered();
    origin.run_for(5s);
    EXPECT_NEAR(origin.settled(), capacity, 0.25 * capacity);
    EXPECT_GE(static_cast<double>(origin.answered() - recovering), 0.8 * 5 * rate);
}

std::vector<Step> steps() {
    std::vector<Step> all;
    for (const ServiceTimes times :
         {ServiceTimes::even, ServiceTimes::lognormal, ServiceTimes::bimodal}) {
        for (const Slowness slowness : {Slowness::fewer_servers, Slowness::slower_servers}) {
            for (const Duration service : {10ms, 20ms}) {
                // One in twenty takes 160 ms, of which four servers answer a few dozen a second:
                // there two seconds are too short to tell.
                if (times == ServiceTimes::bimodal && service > 10ms) continue;
                for (std::uint64_t seed = 1; seed <= 3; ++seed)
                    all.push_back({times, slowness, service, seed});
            }
        }
    }
    return all;
}
INSTANTIATE_TEST_SUITE_P(Models, LimitSteps, ::testing::ValuesIn(steps()));

// Times whose spread is as large as they are hide a doubled median from a handful of samples: the
// limit is found less exactly, and what counts is that the origin is used and not flooded.
TEST(ConcurrencyLimit, WithExponentialTimesTheOriginIsUsedAndNotFlooded) {
    const OriginModel healthy{.servers = 40, .times = ServiceTimes::exponential};
    OriginModel slow = healthy;
    slow.servers = 4;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        LimitedOrigin origin(healthy, kWide, seed);
        origin.run_for(10s);
        const std::uint64_t before = origin.answered();
        origin.change(slow);
        origin.run_for(10s);
        EXPECT_LE(origin.settled(), 3 * capacity_of(slow)) << seed;
        EXPECT_GE(static_cast<double>(origin.answered() - before),
                  0.6 * 10 * closed_loop(slow, 40).per_second)
            << seed;
        origin.change(healthy);
        origin.run_for(5s);
        EXPECT_NEAR(origin.settled(), capacity_of(healthy), 0.5 * capacity_of(healthy)) << seed;
    }
}

// Larger objects: each takes five times as long, and no queue is the cause.
TEST(ConcurrencyLimit, AMereChangeOfLatencyDoesNotCollapseIt) {
    OriginModel model{.servers = 1000, .service = 10ms};
    LimitedOrigin origin(model, {.floor = 1, .ceiling = 64});
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), 64U);
    model.service = 50ms;
    origin.change(model);
    const std::uint64_t before = origin.answered();
    for (int i = 0; i < 50; ++i) {
        origin.run_for(100ms);
        EXPECT_EQ(origin.settled(), 64U);
    }
    EXPECT_GE(origin.answered() - before, 64U * 5 * 20 * 8 / 10);
}

TEST(ConcurrencyLimit, GrowsOnlyWhenItIsTheLimiter) {
    OriginModel model{.servers = 10, .service = 10ms, .times = ServiceTimes::even};
    LimitedOrigin origin(model, kWide);
    origin.run_for(10s);
    EXPECT_NEAR(origin.settled(), 20, 5);
    origin.demand(3);
    origin.run_for(1s);
    const std::uint32_t found = origin.settled();
    model.servers = 1000;
    origin.change(model);
    origin.run_for(60s);
    EXPECT_EQ(origin.settled(), found);
    origin.demand(100'000);
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), kWide.ceiling);
}

TEST(ConcurrencyLimit, AQuickOriginIsGivenAllThatIsAllowed) {
    LimitedOrigin origin({.servers = 1000, .service = 1ms}, kWide);
    for (int i = 0; i < 20; ++i) {
        origin.run_for(1s);
        EXPECT_EQ(origin.settled(), kWide.ceiling);
    }
}

TEST(ConcurrencyLimit, ThrottlingLowersIt) {
    LimitedOrigin origin({.servers = 1000}, {.floor = 2, .ceiling = 64});
    origin.run_for(1s);
    origin.refuse(2, HealthSign::throttled);
    origin.run_for(3s);
    EXPECT_EQ(origin.settled(), 2U);
    origin.refuse(0, HealthSign::throttled);
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), 64U);
}

TEST(ConcurrencyLimit, FailuresLowerItOnlyWhenTheyAreTheRule) {
    LimitedOrigin origin({.servers = 1000}, {.floor = 1, .ceiling = 64});
    origin.refuse(4, HealthSign::failed);
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), 64U);
    origin.refuse(1, HealthSign::failed);
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), 1U);
}

TEST(ConcurrencyLimit, ComesBackFromTheFloor) {
    LimitedOrigin origin({.servers = 1000}, {.floor = 1, .ceiling = 64});
    origin.demand(3);
    origin.run_for(5s);
    origin.demand(100);
    origin.refuse(1, HealthSign::failed);
    origin.run_for(10s);
    EXPECT_EQ(origin.settled(), 1U);
    origin.refuse(0, HealthSign::failed);
    origin.run_for(2s);
    EXPECT_EQ(origin.settled(), 64U);
}

// However many attempts of a cohort failed, the next one is looked at.
TEST(ConcurrencyLimit, AFewFailuresDoNotHideTheAnswersAfterThem) {
    for (int failures = 400; failures < 410; ++failures) {
        ConcurrencyLimit limit({.floor = 1, .ceiling = 64});
        SteadyTime now{};
        const auto attempt = [&](Duration took, HealthSign sign) {
            const auto begun = limit.begin(now);
            now += took;
            limit.note(begun, now, sign);
            limit.leave(now);
        };
        for (int i = 0; i < failures; ++i) attempt(1s, HealthSign::failed);
        EXPECT_EQ(limit.limit(), 1U);
        for (int i = 0; i < 300; ++i) attempt(10ms, HealthSign::answered);
        EXPECT_GE(limit.limit(), 2U) << failures;
    }
}

TEST(ConcurrencyLimit, WhatTheCallerGaveUpSaysNothing) {
    LimitedOrigin origin({.servers = 1000}, {.floor = 1, .ceiling = 64});
    origin.refuse(2, HealthSign::none);
    origin.run_for(5s);
    EXPECT_EQ(origin.settled(), 64U);
}

}  // namespace
}  // namespace aside::engine
