// The hot set: kept in a file, and what warms a process that starts cold.
#include "engine/hot_set.h"

#include "engine/scripted_origin_fixture.h"
#include "runtime/sim/files.h"

namespace aside::engine {
namespace {

struct HotSetTest : EngineFixture {
    void SetUp() override {
        for (int i = 0; i < 100; ++i) {
            origin_.objects["k" + std::to_string(i)] = std::to_string(i);
        }
        start();
        files_.emplace(*world_);
        directory_ = std::move(*files_->open_directory("/hot", true));
    }
    // The tasks end in the world; the hot set after them.
    void TearDown() override {
        if (hot_set_) hot_set_->stop();
        EXPECT_TRUE(world_->run_until_idle());
        hot_set_.reset();
    }
    void keep(HotSetOptions options = {}) {
        hot_set_ = std::make_unique<HotSet>(options, *engine_, *directory_, "set.txt", *registry_,
                                            nullptr);
        world_->worker(0).post([this] { hot_set_->start(world_->worker(0)); });
    }
    std::string kept() {
        const auto file = directory_->read("set.txt", 1 << 20);
        return file ? file->bytes : "";
    }

    std::optional<runtime::SimFiles> files_;
    std::unique_ptr<runtime::Directory> directory_;
    std::unique_ptr<HotSet> hot_set_;
};

TEST_F(HotSetTest, IsWrittenEveryMinuteHottestFirst) {
    keep();
    for (int i = 0; i < 3; ++i) object("k1");
    object("k2");
    world_->run_for(59s);
    EXPECT_EQ(kept(), "");
    world_->run_for(3s);
    const auto keys = decode_hot_set(kept(), 10);
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].bytes, "k1");
    EXPECT_EQ(keys[1].bytes, "k2");
}

TEST_F(HotSetTest, WarmsAProcessThatStarts) {
    files_->put("/hot/set.txt", "aside-hot-set 1\no 9 k7\no 5 k3\nnonsense\no 4 nowhere\no 1 k5\n");
    keep({.in_flight = 2});
    world_->run_for(1s);
    EXPECT_EQ(origin_.object_loads, 4U);
    EXPECT_TRUE(object("k7").synchronous);
    EXPECT_TRUE(object("k5").synchronous);
    EXPECT_FALSE(object("k8").synchronous);
}

TEST_F(HotSetTest, AnEmptyCacheDoesNotOverwriteTheSetOfBefore) {
    files_->put("/hot/set.txt", "aside-hot-set 1\no 9 nowhere\n");
    keep();
    world_->run_for(5min);
    EXPECT_EQ(kept(), "aside-hot-set 1\no 9 nowhere\n");
}

TEST_F(HotSetTest, AFileThatCannotBeReadOrWrittenDisturbsNothing) {
    files_->faults.denied = true;
    keep();
    EXPECT_EQ(object("k1").body, "1");
    world_->run_for(2min);
    files_->faults.denied = false;
    EXPECT_EQ(kept(), "");
    world_->run_for(2min);
    EXPECT_EQ(decode_hot_set(kept(), 10).size(), 1U);
}

TEST_F(HotSetTest, StopsInTheMiddle) {
    std::string text = "aside-hot-set 1\n";
    for (int i = 0; i < 100; ++i) text += "o 1 k" + std::to_string(i) + "\n";
    files_->put("/hot/set.txt", text);
    origin_.latency = 1s;
    keep({.in_flight = 1});
    world_->run_for(3s);
    hot_set_->stop();
    EXPECT_TRUE(world_->run_until_idle(10s));
    EXPECT_LE(origin_.object_loads, 5U);
}

}  // namespace
}  // namespace aside::engine
