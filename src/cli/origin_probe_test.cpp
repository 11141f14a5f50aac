#include "cli/origin_probe.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::cli {
namespace {

using namespace std::chrono_literals;

// Both stores, each with an answer of its own; nothing: it says that the name is absent.
struct ScriptedOrigin final : Index, ObjectStore {
    std::optional<Errc> index_fails, objects_fail;
    int index_loads = 0, object_loads = 0;

    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string,
                                            LoadRequest) override {
        ++index_loads;
        co_await runtime::sleep_for(worker, 10ms);
        if (index_fails) co_return fail(*index_fails, "as told");
        co_return LoadedIndex{};
    }
    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference,
                                             LoadRequest) override {
        ++object_loads;
        co_await runtime::sleep_for(worker, 10ms);
        if (objects_fail) co_return fail(*objects_fail, "as told");
        co_return LoadedObject{};
    }
    runtime::Task<Result<void>> put(runtime::Worker&, std::string,
                                    std::vector<Reference>) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<void>> put(runtime::Worker&, Reference, std::string) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, std::string) override {
        co_return fail(Errc::unsupported);
    }
    runtime::Task<Result<void>> remove(runtime::Worker&, Reference) override {
        co_return fail(Errc::unsupported);
    }
    void close(runtime::Worker&) override {}
};

class OriginProbeTest : public ::testing::Test {
  protected:
    void start(OriginProbeOptions options) {
        probe_ = std::make_unique<OriginProbe>(options, stores_, nullptr);
        world_.worker(0).post([this] { probe_->start(world_.worker(0)); });
    }
    void TearDown() override {
        probe_->stop();
        world_.run_until_idle();
    }
    runtime::SimWorld world_;
    const std::shared_ptr<ScriptedOrigin> origin_ = std::make_shared<ScriptedOrigin>();
    const Stores stores_{origin_, origin_};
    std::unique_ptr<OriginProbe> probe_;
};

TEST_F(OriginProbeTest, IsReadyOnceBothHaveAnsweredAndThenAsksNoMore) {
    start({.index = true, .objects = true});
    EXPECT_EQ(probe_->unready(), "index: no answer yet, objects: no answer yet");
    world_.run_for(100ms);
    EXPECT_EQ(probe_->unready(), "");
    EXPECT_EQ(probe_->facts(), R"("stores":{"index":"answers","objects":"answers"})");
    origin_->index_fails = Errc::not_found;
    world_.run_for(1min);
    EXPECT_EQ(probe_->unready(), "");
    EXPECT_EQ(origin_->index_loads, 1);
}

TEST_F(OriginProbeTest, AsksAgainWhatIsNotThereYet) {
    origin_->index_fails = Errc::not_found;
    origin_->objects_fail = Errc::refused;
    start({.index = true, .objects = true});
    world_.run_for(1min);
    EXPECT_EQ(probe_->unready(), "index: not_found, objects: refused");
    EXPECT_GE(origin_->index_loads, 6);
    EXPECT_LE(origin_->index_loads, 20);
    origin_->objects_fail.reset();
    world_.run_for(11s);
    EXPECT_EQ(probe_->unready(), "index: not_found");
    EXPECT_EQ(probe_->facts(), R"("stores":{"index":"not_found: as told","objects":"answers"})");
    origin_->index_fails.reset();
    world_.run_for(11s);
    EXPECT_EQ(probe_->unready(), "");
}

TEST_F(OriginProbeTest, WithL2OnlyWhatDoesNotPassCounts) {
    origin_->index_fails = Errc::timed_out;
    origin_->objects_fail = Errc::denied;
    start({.index = true, .objects = true, .have_l2 = true});
    EXPECT_EQ(probe_->unready(), "index: no answer yet, objects: no answer yet");
    world_.run_for(1s);
    EXPECT_EQ(probe_->unready(), "objects: denied");
}

TEST_F(OriginProbeTest, WhatIsTooLargeIsThere) {
    origin_->objects_fail = Errc::too_large;
    start({.index = false, .objects = true});
    world_.run_for(1s);
    EXPECT_EQ(probe_->unready(), "");
    EXPECT_EQ(origin_->index_loads, 0);
}

TEST_F(OriginProbeTest, StoresOfFilesAreNotAsked) {
    start({});
    world_.run_for(1s);
    EXPECT_EQ(probe_->unready(), "");
    EXPECT_EQ(probe_->facts(), "");
    EXPECT_EQ(origin_->index_loads + origin_->object_loads, 0);
}

}  // namespace
}  // namespace aside::cli
