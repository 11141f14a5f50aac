#include "runtime/os/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "runtime/os/run_task.h"
#include "runtime/when_all.h"

namespace aside::runtime {
namespace {

using std::chrono::seconds;

// Two ends of one connection on one worker, by way of a listener.
struct Pair {
    Result<std::unique_ptr<Stream>> near = fail(Errc::internal);
    Result<std::unique_ptr<Stream>> far = fail(Errc::internal);
};

Task<> accept_far(Listener& listener, Pair& pair) {
    auto accepted = co_await listener.accept();
    pair.far = std::move(accepted);
}
Task<> connect_near(Worker& worker, Endpoint to, Pair& pair) {
    auto connected = co_await worker.connect(to, worker.now() + seconds(10));
    pair.near = std::move(connected);
}

Task<Pair> connected_pair(Worker& worker) {
    auto listener = worker.listen({"127.0.0.1", 0});
    Pair pair;
    std::vector<Task<>> both;
    both.push_back(accept_far(**listener, pair));
    both.push_back(connect_near(worker, (*listener)->local(), pair));
    co_await when_all(worker, std::move(both));
    co_return pair;
}

struct StreamTest : testing::Test {
    void SetUp() override { runtime->start(); }
    void TearDown() override {
        runtime->stop(seconds(10));
        EXPECT_EQ(runtime->join(), 0U);
    }
    template <class Make>
    auto run(Make make) {
        return run_task(*runtime, 0, make);
    }
    std::unique_ptr<OsRuntime> runtime = OsRuntime::create({.workers = 1}).value();
};

Task<> send_and_end(Stream& stream, const std::string& text) {
    const auto sent = co_await write_all(stream, text);
    if (sent) stream.shutdown_send();
}

Task<> receive(Stream& stream, Result<std::string>& into, std::size_t buffer_bytes) {
    std::string buffer(buffer_bytes, '\0');
    for (;;) {
        const auto got = co_await read_some(stream, buffer);
        if (!got) into = fail(got.error());
        if (!got || *got == 0) co_return;
        into->append(buffer, 0, *got);
    }
}

// More than any socket buffer holds, so that writes are partial and wait for the reader.
Task<Result<std::string>> through(Worker& worker, const std::string& text,
                                  std::size_t buffer_bytes) {
    auto pair = co_await connected_pair(worker);
    if (!pair.near || !pair.far) co_return fail(Errc::internal, "not connected");
    Result<std::string> received;
    std::vector<Task<>> both;
    both.push_back(send_and_end(**pair.near, text));
    both.push_back(receive(**pair.far, received, buffer_bytes));
    co_await when_all(worker, std::move(both));
    co_return received;
}

TEST_F(StreamTest, CarriesALotToASlowReader) {
    std::string text;
    for (int i = 0; i < 2'000'000; ++i) text += std::to_string(i);
    for (const std::size_t buffer_bytes : {1000, 65536, 3'000'000}) {
        const auto received =
            run([&](Worker& worker) { return through(worker, text, buffer_bytes); });
        ASSERT_TRUE(received) << to_string(received.error());
        EXPECT_TRUE(*received == text);
    }
}

Task<std::string> gathered(Worker& worker, std::vector<std::string_view> pieces) {
    auto pair = co_await connected_pair(worker);
    const auto wrote = (*pair.near)->try_write(pieces);
    (*pair.near)->shutdown_send();
    Result<std::string> received;
    co_await receive(**pair.far, received, 5000);
    if (wrote.value_or(0) != received->size()) co_return "short";
    co_return *received;
}

TEST_F(StreamTest, WritesManyPiecesInOrder) {
    std::vector<std::string> texts;
    std::string whole;
    for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i) + (i % 7 == 0 ? "" : "-"));
    std::vector<std::string_view> pieces(texts.begin(), texts.end());
    for (const auto piece : pieces) whole += piece;
    EXPECT_EQ(run([&](Worker& worker) { return gathered(worker, pieces); }), whole);
    EXPECT_EQ(run([&](Worker& worker) { return gathered(worker, {}); }), "");
}

Task<std::size_t> fill_until_none(Worker& worker, std::size_t& second) {
    auto pair = co_await connected_pair(worker);
    const std::string block(1'000'000, 'x');
    const std::string_view pieces[] = {block, block};
    std::size_t total = 0;
    for (;;) {
        const auto wrote = (*pair.near)->try_write(pieces);
        if (!wrote || *wrote == 0) break;
        total += *wrote;
    }
    // The reader takes it all; then there is room again.
    std::string buffer(1 << 16, '\0');
    for (std::size_t left = total; left > 0;) {
        const auto got = co_await read_some(**pair.far, buffer);
        left -= got.value_or(left);
    }
    const auto ready = co_await writable(**pair.near);
    second = ready ? (*pair.near)->try_write(pieces).value_or(0) : 0;
    co_return total;
}

TEST_F(StreamTest, StopsWhenThePeerTakesNoMoreAndGoesOnWhenItDoes) {
    std::size_t second = 0;
    EXPECT_GT(run([&](Worker& worker) { return fill_until_none(worker, second); }), 100'000U);
    EXPECT_GT(second, 0U);
}

enum class End { closed_by_us, destroyed_by_us, ended_by_peer, reset_by_peer };

Task<Result<std::size_t>> read_until(Worker& worker, End end) {
    auto pair = co_await connected_pair(worker);
    auto& near = *pair.near;
    auto& far = *pair.far;
    if (end == End::reset_by_peer) {
        // Closing with unread bytes resets.
        const std::string_view pieces[] = {"unread"};
        (void)near->try_write(pieces);
        char first;
        (void)co_await read_some(*far, {&first, 1});
    }
    worker.post([&] {
        if (end == End::closed_by_us) near->close();
        if (end == End::destroyed_by_us) near.reset();
        if (end == End::ended_by_peer) far->shutdown_send();
        if (end == End::reset_by_peer) far.reset();
    });
    char buffer[16];
    auto got = co_await read_some(*near, buffer);
    if (end == End::reset_by_peer) {
        const std::string_view pieces[] = {"late"};
        const auto wrote = near->try_write(pieces);
        EXPECT_FALSE(wrote);
        if (!wrote) EXPECT_EQ(wrote.error().code, Errc::connection_lost);
    }
    co_return got;
}

TEST_F(StreamTest, SaysHowAReadEnded) {
    const auto ended = [&](End end) {
        return run([end](Worker& worker) { return read_until(worker, end); });
    };
    EXPECT_EQ(ended(End::closed_by_us).error().code, Errc::cancelled);
    EXPECT_EQ(ended(End::destroyed_by_us).error().code, Errc::cancelled);
    EXPECT_EQ(ended(End::ended_by_peer).value(), 0U);
    EXPECT_EQ(ended(End::reset_by_peer).error().code, Errc::connection_lost);
}

Task<std::vector<Errc>> after_close(Worker& worker) {
    auto pair = co_await connected_pair(worker);
    auto& near = **pair.near;
    near.close();
    std::vector<Errc> codes;
    char buffer[16];
    const auto got = co_await read_some(near, buffer);
    codes.push_back(got ? Errc::internal : got.error().code);
    const auto ready = co_await writable(near);
    codes.push_back(ready ? Errc::internal : ready.error().code);
    const auto wrote = near.try_write({});
    codes.push_back(wrote ? Errc::internal : wrote.error().code);
    near.shutdown_send();
    near.close();
    co_return codes;
}

TEST_F(StreamTest, AClosedStreamAnswersCancelled) {
    EXPECT_EQ(run([](Worker& worker) { return after_close(worker); }),
              std::vector<Errc>(3, Errc::cancelled));
}

struct Ended final : IoDone {
    std::optional<Result<std::size_t>> result;
    void io_done(Result<std::size_t> how) override { result = std::move(how); }
};

// The second byte has been read, and nobody told yet, when the stream is closed.
Task<std::optional<Result<std::size_t>>> close_before_it_is_told(Worker& worker) {
    auto pair = co_await connected_pair(worker);
    const std::string_view pieces[] = {"ab"};
    (void)(*pair.far)->try_write(pieces);
    char buffer[1];
    const auto first = co_await read_some(**pair.near, buffer);
    Ended second;
    if (!first) co_return second.result;
    (*pair.near)->start_read(buffer, second);
    (*pair.near)->close();
    for (int turn = 0; turn < 3; ++turn) {
        co_await sleep_until(worker, worker.now());
    }
    co_return second.result;
}

TEST_F(StreamTest, AReadThatIsNotToldBeforeTheStreamIsClosedIsCancelled) {
    const auto ended = run([](Worker& worker) { return close_before_it_is_told(worker); });
    ASSERT_TRUE(ended);
    ASSERT_FALSE(*ended);
    EXPECT_EQ(ended->error().code, Errc::cancelled);
}

Task<std::string> judge_after_stall(Worker& worker) {
    auto pair = co_await connected_pair(worker);
    std::string order;
    auto judge = worker.make_timer([&] { order += 'T'; });
    const std::string_view pieces[] = {"answer"};
    char buffer[16];
    worker.post([&] {
        judge->arm(worker.now());
        // The answer arrives while the loop stands still past the timer.
        (void)(*pair.far)->try_write(pieces);
        const SteadyTime end = worker.now() + 2 * kLoopStall;
        while (worker.now() < end) {
        }
    });
    const auto got = co_await read_some(**pair.near, buffer);
    order += got ? 'r' : '-';
    co_await sleep_until(worker, worker.now());
    co_return order;
}

TEST_F(StreamTest, AfterAStallSocketsAreReadBeforeTimersJudge) {
    EXPECT_EQ(run([](Worker& worker) { return judge_after_stall(worker); }), "rT");
}

}  // namespace
}  // namespace aside::runtime
