#include "runtime/sim/network.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"
#include "runtime/when_all.h"

namespace aside::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Endpoint kServer{"cache-1", 6379};

Task<> echo_one(std::unique_ptr<Stream> stream) {
    std::string buffer(512, '\0');
    for (;;) {
        const auto got = co_await read_some(*stream, buffer);
        if (!got || *got == 0) break;
        const auto wrote = co_await write_all(*stream, std::string_view(buffer).substr(0, *got));
        if (!wrote) break;
    }
}

// Accepts until the listener is closed.
Task<> echo_server(Worker& worker, Listener& listener, Result<std::size_t>& ended) {
    for (;;) {
        auto stream = co_await listener.accept();
        if (!stream && stream.error().code == Errc::overloaded) {
            co_await sleep_for(worker, milliseconds(1));
            continue;
        }
        if (!stream) {
            ended = fail(stream.error());
            co_return;
        }
        worker.spawn(echo_one(std::move(*stream)));
    }
}

Task<> send_all(Stream& stream, const std::string& text) {
    const auto sent = co_await write_all(stream, text);
    if (sent) stream.shutdown_send();
}

Task<> receive_all(Stream& stream, Result<std::string>& answer) {
    std::string buffer(333, '\0');
    for (;;) {
        const auto got = co_await read_some(stream, buffer);
        if (!got) answer = fail(got.error());
        if (!got || *got == 0) co_return;
        answer->append(buffer, 0, *got);
    }
}

Task<Result<std::string>> talk(Worker& worker, const std::string& text) {
    auto stream = co_await worker.connect(kServer, worker.now() + seconds(5));
    if (!stream) co_return fail(stream.error());
    Result<std::string> answer;
    std::vector<Task<>> both_ways;
    both_ways.push_back(send_all(**stream, text));
    both_ways.push_back(receive_all(**stream, answer));
    co_await when_all(worker, std::move(both_ways));
    co_return answer;
}

struct EchoWorld {
    explicit EchoWorld(std::uint64_t seed) : world({.seed = seed, .workers = 2}) {
        listener = world.worker(1).listen(kServer).value();
        world.spawn(1, echo_server(world.worker(1), *listener, ended));
    }
    ~EchoWorld() {
        world.worker(1).post([this] { listener->close(); });
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
        EXPECT_FALSE(ended);
        EXPECT_EQ(ended.error().code, Errc::cancelled);
        EXPECT_EQ(world.network().connections(), 0U) << world.describe();
    }
    SimWorld world;
    std::unique_ptr<Listener> listener;
    Result<std::size_t> ended = 0;
};

TEST(SimNetwork, EchoesWholeInEveryKindOfPieces) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EchoWorld echo(seed);
        echo.world.network().faults.short_read = {1, 2};
        echo.world.network().faults.short_write = {1, 2};
        echo.world.network().faults.send_buffer_bytes = 1000;
        echo.world.network().faults.accept_overloaded = {1, 2};
        const auto answer = echo.world.run(talk(echo.world.worker(0), text));
        ASSERT_TRUE(answer) << to_string(answer.error()) << echo.world.describe();
        EXPECT_EQ(*answer, text);
        EXPECT_GT(echo.world.now().time_since_epoch(), milliseconds(1));
    }
}

TEST(SimNetwork, ResetsReachBothSides) {
    int lost = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EchoWorld echo(seed);
        echo.world.network().faults.send_buffer_bytes = 1000;
        echo.world.network().faults.reset = {1, 50};
        const auto answer = echo.world.run(talk(echo.world.worker(0), std::string(50000, 'x')));
        if (!answer) EXPECT_EQ(answer.error().code, Errc::connection_lost);
        lost += answer ? 0 : 1;
    }
    EXPECT_GT(lost, 10);
}

TEST(SimNetwork, ConnectIsRefusedOrTimesOut) {
    SimWorld world;
    const auto refused = world.run(talk(world.worker(0), "x"));
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_LT(world.now().time_since_epoch(), milliseconds(1));
    world.network().cut_off("cache-1");
    const auto hung = world.run(talk(world.worker(0), "x"));
    EXPECT_EQ(hung.error().code, Errc::timed_out);
    EXPECT_GT(world.now().time_since_epoch(), seconds(5));
}

Task<Errc> read_until_cut(Worker& worker, std::unique_ptr<Stream> stream, Duration patience) {
    Stream* const reading = stream.get();
    auto timer = worker.make_timer([reading] { reading->close(); });
    timer->arm(worker.now() + patience);
    std::string buffer(10, '\0');
    const auto got = co_await read_some(*stream, buffer);
    co_return got ? Errc::internal : got.error().code;
}

Task<Errc> connect_and_wait(Worker& worker) {
    auto stream = co_await worker.connect(kServer, kNever);
    if (!stream) co_return stream.error().code;
    auto ended = co_await read_until_cut(worker, std::move(*stream), seconds(1));
    co_return ended;
}

TEST(SimNetwork, CloseCancelsAReadUnderWay) {
    EchoWorld echo(3);
    EXPECT_EQ(echo.world.run(connect_and_wait(echo.world.worker(0))), Errc::cancelled);
}

Task<std::size_t> fill(Worker& worker, Errc& ended) {
    auto stream = co_await worker.connect(kServer, kNever);
    const std::string block(100, 'x');
    const std::string_view pieces[] = {block, block};
    std::size_t total = 0;
    for (;;) {
        const auto wrote = (*stream)->try_write(pieces);
        total += wrote.value_or(0);
        if (!wrote || *wrote == 0) break;
    }
    auto timer = worker.make_timer([&] { (*stream)->close(); });
    timer->arm(worker.now() + seconds(1));
    const auto ready = co_await writable(**stream);
    ended = ready ? Errc::internal : ready.error().code;
    co_return total;
}

TEST(SimNetwork, WritesStopAtTheBufferOfASilentPeer) {
    EchoWorld echo(3);
    echo.world.network().faults.send_buffer_bytes = 1050;
    echo.world.network().faults.hang = {1, 1};
    Errc ended{};
    EXPECT_EQ(echo.world.run(fill(echo.world.worker(0), ended)), 1050U);
    EXPECT_EQ(ended, Errc::cancelled);
    echo.world.network().faults.hang = {};
    echo.world.network().reset_all();
}

TEST(SimNetwork, OneEndpointIsSharedByWorkersButNotTwiceByOne) {
    SimWorld world({.seed = 1, .workers = 2});
    const auto first = world.worker(0).listen(kServer);
    const auto second = world.worker(1).listen(kServer);
    EXPECT_TRUE(first && second);
    EXPECT_EQ(world.worker(0).listen(kServer).error().code, Errc::conflict);
    const auto any_port = world.worker(0).listen({"0.0.0.0", 0});
    EXPECT_NE((*any_port)->local().port, 0);
}

}  // namespace
}  // namespace aside::runtime
