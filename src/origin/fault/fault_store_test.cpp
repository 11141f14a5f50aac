#include "origin/fault/fault_store.h"

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
