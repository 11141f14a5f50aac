// The read log: a trace of a part of all names.
#include "engine/read_log.h"

#include <algorithm>

#include "engine/scripted_origin_fixture.h"
#include "runtime/sim/files.h"

namespace aside::engine {
namespace {

struct ReadLogTest : EngineFixture {
    void SetUp() override {
        for (int i = 0; i < 1000; ++i) origin_.objects["k" + std::to_string(i)] = "12345";
        start();
        files_.emplace(*world_);
        directory_ = std::move(*files_->open_directory("/log", true));
    }
    // The tasks end in the world; the log after them.
    void TearDown() override {
        stop();
        EXPECT_TRUE(world_->run_until_idle());
        engine_->log_reads_to(nullptr);
        log_.reset();
    }
    void keep(const ReadLogOptions& options = {}) {
        log_ = std::make_unique<ReadLog>(options, *directory_, *registry_, nullptr);
        engine_->log_reads_to(log_.get());
        world_->worker(0).post([this] { log_->start(world_->worker(0)); });
    }
    void stop() {
        if (log_) world_->worker(0).post([this] { log_->stop(world_->worker(0)); });
    }
    std::vector<std::string> files() {
        return directory_->list("").value_or(std::vector<std::string>());
    }
    std::string only_file() {
        const auto names = files();
        if (names.size() != 1) return "there are " + std::to_string(names.size());
        return directory_->read(names.front(), 1 << 20)->bytes;
    }

    std::optional<runtime::SimFiles> files_;
    std::unique_ptr<runtime::Directory> directory_;
    std::unique_ptr<ReadLog> log_;
};

long lines_of(const std::string& text) {
    return std::ranges::count(text, '\n');
}

TEST_F(ReadLogTest, EachReadOfAChosenNameIsALine) {
    keep({.part = 1, .objects = {60s, 30s, 1h}});
    object("k1");  // from the origin
    object("k1");  // from L1
    world_->run_for(61s);
    const std::string text = only_file();
    EXPECT_TRUE(text.starts_with("# sampled 1\ntime_ms,key,size,op,ttl_s\n")) << text;
    EXPECT_EQ(lines_of(text), 4);
    EXPECT_TRUE(text.ends_with(",5,r,90\n")) << text;
}

TEST_F(ReadLogTest, ChoosesThePartItWasTold) {
    keep({.part = 0.25});
    for (int i = 0; i < 1000; ++i) object("k" + std::to_string(i));
    world_->run_for(61s);
    EXPECT_NEAR(static_cast<double>(lines_of(only_file())), 250, 60);
}

TEST_F(ReadLogTest, KeepsTheLastFilesOnly) {
    keep({.part = 1, .files = 3});
    for (int i = 0; i < 6; ++i) {
        object("k" + std::to_string(i));
        world_->run_for(61s);
    }
    EXPECT_EQ(files().size(), 3U);
}

TEST_F(ReadLogTest, WhatThereIsNoRoomForIsLeftOut) {
    keep({.part = 1, .file_max_bytes = 100});
    for (int i = 0; i < 50; ++i) object("k1");
    world_->run_for(61s);
    EXPECT_LT(only_file().size(), 200U);
    EXPECT_GT(registry_->total("aside_read_log_left_out_total"), 40U);
}

TEST_F(ReadLogTest, WhatWasReadLastIsWrittenAtTheEnd) {
    keep({.part = 1});
    object("k1");
    stop();
    world_->run_for(1s);
    EXPECT_EQ(lines_of(only_file()), 3);
}

TEST_F(ReadLogTest, AFullDiskDisturbsNobody) {
    files_->faults.denied = true;
    keep({.part = 1});
    EXPECT_EQ(object("k1").body, "12345");
    world_->run_for(61s);
    files_->faults.denied = false;
    EXPECT_EQ(files().size(), 0U);
}

}  // namespace
}  // namespace aside::engine
