#include "origin/fault/fault_store.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers everything at once: objects hold their own key, items name two objects.
class Answers final : public ObjectStore, public Index {
  public:
    runtime::Task<Result<LoadedObject>> load(runtime::Worker&, Reference reference,
                                             LoadRequest) override {
        ++asked;
        co_return LoadedObject{LoadState::found, "\"" + reference.key + "\"", "v"};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        ++asked;
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        ++asked;
        co_return Result<void>();
    }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker&, std::string, LoadRequest) override {
        ++asked;
        co_return LoadedIndex{LoadState::found, {{"a", ""}, {"b", ""}}, "v"};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        ++asked;
        co_return Result<void>();
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        ++asked;
        co_return Result<void>();
    }
    int asked = 0;
};

class FaultStore : public ::testing::Test {
  protected:
    Result<LoadedObject> load(LoadRequest request = {}) {
        return world_.run(objects_.load(world_.worker(0), Reference{"abcdef", ""}, request));
    }
    runtime::SimWorld world_;
    std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
    std::shared_ptr<FaultSwitch> faults_ = std::make_shared<FaultSwitch>();
    FaultObjects objects_{answers_, faults_};
    FaultIndex index_{answers_, faults_};
};

TEST_F(FaultStore, IsTheStoreBehindWhenNothingIsSet) {
    EXPECT_EQ(load().value().body, "\"abcdef\"");
    auto& worker = world_.worker(0);
    EXPECT_EQ(world_.run(index_.load(worker, "i", {})).value().references.size(), 2U);
    EXPECT_TRUE(world_.run(objects_.put(worker, Reference{"a", ""}, "1")));
    EXPECT_TRUE(world_.run(objects_.remove(worker, Reference{"a", ""})));
    EXPECT_TRUE(world_.run(index_.put(worker, "i", {})));
    EXPECT_TRUE(world_.run(index_.remove(worker, "i")));
    EXPECT_EQ(answers_->asked, 6);
    EXPECT_EQ(faults_->calls(), 6U);
    EXPECT_EQ(faults_->met(FaultKind::none), 6U);
    EXPECT_EQ(faults_->in_progress(), 0U);
    EXPECT_EQ(faults_->most_in_progress(), 1U);
}

TEST_F(FaultStore, FailsAsAsked) {
    faults_->set({.error_rate = kAlways, .error = Errc::busy});
    EXPECT_EQ(load().error().code, Errc::busy);
    EXPECT_EQ(world_.run(index_.load(world_.worker(0), "i", {})).error().code, Errc::busy);
    EXPECT_EQ(answers_->asked, 0);
    faults_->clear();
    EXPECT_TRUE(load());
}

TEST_F(FaultStore, FailsAsOftenAsAsked) {
    faults_->set({.error_rate = kAlways / 4});
    int failed = 0;
    for (int i = 0; i < 4000; ++i) failed += load().has_value() ? 0 : 1;
    EXPECT_NEAR(failed, 1000, 150);
    EXPECT_EQ(faults_->met(FaultKind::error), static_cast<std::uint64_t>(failed));
}

TEST_F(FaultStore, TakesItsTime) {
    faults_->set({.latency = milliseconds(30), .latency_jitter = milliseconds(10)});
    const SteadyTime start = world_.now();
    EXPECT_TRUE(load());
    EXPECT_GE(world_.now() - start, milliseconds(30));
    EXPECT_LE(world_.now() - start, milliseconds(41));
    EXPECT_EQ(load({.deadline = world_.now() + milliseconds(5)}).error().code, Errc::timed_out);
}

TEST_F(FaultStore, LatencyIsLogNormalByMedianAndP99) {
    Random random(7);
    std::vector<Duration> drawn(20'000);
    const FaultPlan plan{.latency_median = milliseconds(20), .latency_p99 = milliseconds(200)};
    for (auto& latency : drawn) latency = draw_latency(plan, random);
    std::ranges::sort(drawn);
    const auto ms = [&](std::size_t of_million) {
        return std::chrono::duration<double, std::milli>(
                   drawn[drawn.size() * of_million / 1'000'000])
            .count();
    };
    EXPECT_NEAR(ms(500'000), 20, 1);
    EXPECT_NEAR(ms(990'000), 200, 25);
    // One standard deviation: ln(200 / 20) / 2.326 = 0.99.
    EXPECT_NEAR(ms(841'345), 53.8, 3);
    EXPECT_NEAR(ms(158'655), 7.4, 0.5);
    EXPECT_GT(drawn.front(), Duration(0));
}

TEST_F(FaultStore, AFactorSlowsAllOfTheLatency) {
    FaultPlan plan{.latency = milliseconds(3), .latency_median = milliseconds(20)};
    Random random(1);
    EXPECT_EQ(draw_latency(plan, random), milliseconds(23));  // no p99: always the median
    plan.latency_factor = 10;
    EXPECT_EQ(draw_latency(plan, random), milliseconds(230));
}

TEST_F(FaultStore, OverTheLimitCallsFailAtOnce) {
    faults_->set({.latency = milliseconds(30), .most_in_progress = 2});
    std::vector<std::string> ended;
    const auto one = [&]() -> runtime::Task<> {
        const SteadyTime began = world_.now();
        const auto loaded = co_await objects_.load(world_.worker(0), Reference{"a", ""}, {});
        const bool at_once = world_.now() - began < milliseconds(1);
        ended.push_back(loaded ? "found"
                               : std::string(name_of(loaded.error().code)) +
                                     (at_once ? " at once" : ""));
    };
    for (int i = 0; i < 3; ++i) world_.spawn(0, one());
    world_.run_for(seconds(1));
    EXPECT_EQ(ended, (std::vector<std::string>{"throttled at once", "found", "found"}));
    EXPECT_EQ(faults_->met(FaultKind::throttled), 1U);
    EXPECT_EQ(faults_->in_progress(), 0U);
    EXPECT_TRUE(load());
}

TEST_F(FaultStore, CallsOfAStoreThatDiesEnd) {
    for (const FaultPlan& plan :
         {FaultPlan{.latency = seconds(20)}, FaultPlan{.hang_rate = kAlways}}) {
        faults_->set(plan);
        auto timer = world_.worker(0).make_timer([this] { faults_->end_calls(); });
        const SteadyTime start = world_.now();
        timer->arm(start + seconds(1));
        EXPECT_EQ(load().error().code, Errc::cancelled);
        EXPECT_LT(world_.now() - start, milliseconds(1101));
        faults_->clear();
        EXPECT_TRUE(load());
    }
}

TEST_F(FaultStore, HangsUntilTheDeadline) {
    faults_->set({.hang_rate = kAlways});
    const SteadyTime deadline = world_.now() + milliseconds(500);
    EXPECT_EQ(load({.deadline = deadline}).error().code, Errc::timed_out);
    EXPECT_GE(world_.now(), deadline);
    EXPECT_LT(world_.now(), deadline + milliseconds(1));
    const SteadyTime start = world_.now();
    EXPECT_EQ(load().error().code, Errc::timed_out);
    EXPECT_GE(world_.now() - start, kLongestHang);
    EXPECT_EQ(answers_->asked, 0);
}

TEST_F(FaultStore, AHangEndsWhenItIsCleared) {
    faults_->set({.hang_rate = kAlways});
    auto timer = world_.worker(0).make_timer([this] { faults_->clear(); });
    timer->arm(world_.now() + seconds(1));
    const SteadyTime start = world_.now();
    EXPECT_TRUE(load());
    EXPECT_LT(world_.now() - start, milliseconds(1020));
}

TEST_F(FaultStore, LiesAndDamagesOnlyWhenAsked) {
    faults_->set({.absent_rate = kAlways});
    EXPECT_EQ(load().value().state, LoadState::absent);
    faults_->set({.damage_rate = kAlways});
    EXPECT_EQ(load().value().body, "\"abc");
    EXPECT_EQ(world_.run(index_.load(world_.worker(0), "i", {})).value().references.size(), 1U);
}

}  // namespace
}  // namespace aside::origin
