#include "cli/bench_run.h"

#include <array>

#include <gtest/gtest.h>

#include "runtime/os/files.h"

namespace aside::cli {
namespace {

using namespace std::chrono_literals;

// Answers every request with its path, on a thread of its own.
class EchoServer {
  public:
    EchoServer() : runtime_(runtime::OsRuntime::create({.workers = 1}).value()) {
        listener_ = runtime_->worker(0).listen({"127.0.0.1", 0}).value();
        runtime_->worker(0).spawn(serve());
        runtime_->start();
    }
    ~EchoServer() {
        runtime_->worker(0).post([this] { listener_->close(); });
        runtime_->stop(10s);
        EXPECT_EQ(runtime_->join(), 0U);
    }
    EchoServer(const EchoServer&) = delete;
    std::string url() const { return "http://" + to_string(listener_->local()) + "/key-{}"; }

  private:
    runtime::Task<> serve() {
        for (;;) {
            auto stream = co_await listener_->accept();
            if (!stream) co_return;
            runtime_->worker(0).spawn(converse(std::move(*stream)));
        }
    }
    static runtime::Task<> converse(std::unique_ptr<runtime::Stream> stream) {
        std::array<char, 4096> buffer;
        std::string in;
        for (;;) {
            const auto got = co_await read_some(*stream, buffer);
            if (!got || *got == 0) co_return;
            in.append(buffer.data(), *got);
            std::string out;
            for (std::size_t end; (end = in.find("\r\n\r\n")) != std::string::npos;) {
                const std::string path = in.substr(4, in.find(' ', 4) - 4) + ";";
                out += "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(path.size()) +
                       "\r\n\r\n" + path;
                in.erase(0, end + 4);
            }
            const auto sent = co_await write_all(*stream, out);
            if (!sent) co_return;
        }
    }

    std::unique_ptr<runtime::OsRuntime> runtime_;
    std::unique_ptr<runtime::Listener> listener_;
};

struct BenchRunTest : testing::Test {
    // Looks on, as a person does, until it has ended.
    lab::load::LoadRecord run(BenchOptions options) {
        options.urls = {server.url()};
        runtime::OsFiles files;
        const BenchPlan plan = plan_bench(options, files).value();
        const auto bench = BenchRun::create(plan).value();
        bench->start();
        while (!bench->ended()) seen.merge(bench->recent());
        seen.merge(bench->recent());
        return bench->finish();
    }
    EchoServer server;
    lab::load::LoadFigures seen;
};

TEST_F(BenchRunTest, ThreadsShareOneSchedule) {
    const auto record =
        run({.rate = "1000", .duration = "300ms", .must_contain = "/key-{};", .threads = 3});
    EXPECT_EQ(record.total().due, 300U);
    EXPECT_EQ(record.total().well, 300U);
    EXPECT_EQ(seen.due, 300U);
    EXPECT_EQ(record.unfinished, 0U);
}

TEST_F(BenchRunTest, EachThreadHasTheCdnOfItsKeys) {
    const auto record =
        run({.rate = "1000", .duration = "300ms", .keys = 20, .cdn = "1h", .threads = 3});
    EXPECT_EQ(record.total().due, 300U);
    EXPECT_EQ(record.total().well, 20U);
    EXPECT_EQ(record.total().from_cdn, 280U);
}

TEST_F(BenchRunTest, FlatOutOnSeveralThreads) {
    const auto record = run({.duration = "200ms",
                             .must_contain = "/key-{};",
                             .connections = 7,
                             .threads = 2,
                             .pipeline = 3,
                             .flat_out = true});
    EXPECT_EQ(record.connections_opened, 7U);
    EXPECT_GT(record.total().well, 7U);
    EXPECT_EQ(record.total().errors(), 0U);
}

TEST_F(BenchRunTest, CanBeStopped) {
    BenchOptions options{.urls = {server.url()}, .rate = "1000", .duration = "1h", .threads = 2};
    runtime::OsFiles files;
    const BenchPlan plan = plan_bench(options, files).value();
    const auto bench = BenchRun::create(plan).value();
    bench->start();
    while (seen.due < 10) seen.merge(bench->recent());
    bench->stop();
    while (!bench->ended()) seen.merge(bench->recent());
    bench->abandon();  // nothing is left, and nothing comes of it
    seen.merge(bench->recent());
    EXPECT_EQ(bench->finish().total().due, seen.due);
}

}  // namespace
}  // namespace aside::cli
