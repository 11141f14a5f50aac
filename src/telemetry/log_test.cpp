#include "telemetry/log.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::telemetry {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// A clock that is set, and the lines that came out. Lines are complete once the logger is
// destroyed.
struct Rig {
    std::atomic<std::int64_t> seconds{0};
    std::mutex mutex;
    std::vector<std::string> lines;

    std::unique_ptr<Logger> make(LogOptions options = {}) {
        options.write = [this](std::string_view line) {
            const std::lock_guard lock(mutex);
            lines.emplace_back(line);
        };
        return std::make_unique<Logger>(std::move(options),
                                        [this] { return WallTime(std::chrono::seconds(seconds)); });
    }
};

TEST(Log, WritesOneLineAnEventAndKeepsItsLevel) {
    Rig rig;
    auto log = rig.make({.level = Level::warning});
    log->info("serve.started");
    log->error("origin.failed", {{"store", "objects"}});
    EXPECT_FALSE(log->enabled(Level::info));
    log.reset();
    EXPECT_THAT(rig.lines,
                ElementsAre("1970-01-01T00:00:00.000Z error origin.failed store=objects\n"));
}

TEST(Log, OffWritesNothing) {
    Rig rig;
    auto log = rig.make({.level = Level::off});
    log->error("origin.failed");
    log->log(Level::off, "origin.failed");
    log.reset();
    EXPECT_TRUE(rig.lines.empty());
}

TEST(Log, HoldsBackWhatIsTooMuchAndTellsHowMuch) {
    Rig rig;
    auto log = rig.make({.per_second = 2});
    for (int i = 0; i < 5; ++i) log->warning("peer.broken", {{"n", i}});
    log->info("other.event");  // has a budget of its own
    rig.seconds = 1;
    log->info("peer.broken", {{"n", 5}});
    EXPECT_EQ(log->suppressed(), 3U);
    log.reset();
    EXPECT_THAT(rig.lines, ElementsAre(EndsWith("peer.broken n=0\n"), EndsWith("peer.broken n=1\n"),
                                       EndsWith("other.event\n"),
                                       EndsWith("warning peer.broken suppressed=3\n"),
                                       EndsWith("info peer.broken n=5\n")));
}

TEST(Log, TellsWhatWasHeldBackWhenItEnds) {
    Rig rig;
    auto log = rig.make({.per_second = 1});
    log->info("peer.broken");
    log->info("peer.broken");
    log.reset();
    EXPECT_THAT(rig.lines, ElementsAre(EndsWith("peer.broken\n"), EndsWith("suppressed=1\n")));
}

TEST(Log, ManyEventNamesShareOneBudgetInTheEnd) {
    Rig rig;
    auto log = rig.make({.queue_lines = 4096, .per_second = 1});
    for (std::size_t i = 0; i < Logger::kMaxEvents + 50; ++i)
        log->info("event" + std::to_string(i));
    EXPECT_EQ(log->suppressed(), 49U);
}

TEST(Log, AStuckWriterDropsLinesAndNeverBlocksTheCaller) {
    std::mutex mutex;
    std::condition_variable changed;
    bool stuck = true;
    LogOptions options{.queue_lines = 8, .per_second = 1000};
    options.write = [&](std::string_view) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !stuck; });
    };
    Logger log(std::move(options), [] { return WallTime{}; });
    for (int i = 0; i < 500; ++i) log.info("event");  // would hang here
    EXPECT_GE(log.dropped(), 400U);
    {
        const std::lock_guard lock(mutex);
        stuck = false;
    }
    changed.notify_all();
}

TEST(Log, ThreadsMayLogAtOnce) {
    Rig rig;
    auto log = rig.make({.format = LogFormat::json, .queue_lines = 4096, .per_second = 10000});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) log->info("event", {{"key", "\n"}});
        });
    }
    for (auto& thread : threads) thread.join();
    log.reset();
    ASSERT_EQ(rig.lines.size(), 800U);
    for (const auto& line : rig.lines) EXPECT_THAT(line, EndsWith("\"key\":\"\\n\"}\n"));
}

}  // namespace
}  // namespace aside::telemetry
