#include "runtime/os/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "runtime/os/run_task.h"

namespace aside::runtime {
namespace {

using std::chrono::seconds;

struct ListenerTest : testing::Test {
    void SetUp() override { runtime->start(); }
    void TearDown() override {
        runtime->stop(seconds(10));
        EXPECT_EQ(runtime->join(), 0U);
    }
    std::unique_ptr<OsRuntime> runtime = OsRuntime::create({.workers = 2}).value();
};

Task<Errc> close_while_accepting(Worker& worker, bool destroy) {
    auto listener = worker.listen({"127.0.0.1", 0});
    worker.post([&] {
        if (destroy) {
            listener->reset();
        } else {
            (*listener)->close();
        }
    });
    const auto accepted = co_await (*listener)->accept();
    co_return accepted ? Errc::internal : accepted.error().code;
}

TEST_F(ListenerTest, ClosingEndsAnAccept) {
    for (const bool destroy : {false, true}) {
        EXPECT_EQ(run_task(*runtime, 0,
                           [&](Worker& worker) { return close_while_accepting(worker, destroy); }),
                  Errc::cancelled);
    }
}

Task<std::vector<Errc>> close_with_two_waiting(Worker& worker) {
    auto listener = worker.listen({"127.0.0.1", 0});
    const auto one = co_await worker.connect((*listener)->local(), kNever);
    const auto two = co_await worker.connect((*listener)->local(), kNever);
    (*listener)->close();
    std::vector<Errc> ends;
    for (int calls = 0; calls < 4; ++calls) {
        const auto accepted = co_await (*listener)->accept();
        ends.push_back(accepted ? Errc::internal : accepted.error().code);
    }
    const auto late = co_await worker.connect((*listener)->local(), kNever);
    ends.push_back(late ? Errc::internal : late.error().code);
    co_return ends;
}

TEST_F(ListenerTest, WhoConnectedBeforeItClosedIsAccepted) {
    EXPECT_EQ(run_task(*runtime, 0, [](Worker& worker) { return close_with_two_waiting(worker); }),
              (std::vector{Errc::internal, Errc::internal, Errc::cancelled, Errc::cancelled,
                           Errc::refused}));
}

TEST_F(ListenerTest, WorkersShareAnEndpointButProcessesDoNot) {
    auto other = OsRuntime::create({.workers = 1}).value();
    const auto first = runtime->worker(0).listen({"127.0.0.1", 0});
    ASSERT_TRUE(first);
    const Endpoint local = (*first)->local();
    EXPECT_NE(local.port, 0);
    const auto second = runtime->worker(1).listen(local);
    EXPECT_TRUE(second);
    // Another runtime has a register of its own, as another process would.
    const auto third = other->worker(0).listen(local);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::conflict);
}

TEST_F(ListenerTest, RefusesWhatIsNoAddress) {
    EXPECT_EQ(runtime->worker(0).listen({"no address", 1}).error().code, Errc::bad_input);
    EXPECT_EQ(runtime->worker(0).listen({"192.0.2.1", 1}).error().code, Errc::bad_input);
}

Task<Result<void>> connect_only(Worker& worker, Endpoint to, Duration patience) {
    const auto stream = co_await worker.connect(to, worker.now() + patience);
    if (!stream) co_return fail(stream.error());
    co_return Result<void>();
}

TEST_F(ListenerTest, ConnectFindsNamesAndIsRefused) {
    auto listener = runtime->worker(0).listen({"127.0.0.1", 0});
    const auto port = (*listener)->local().port;
    const auto to = [&](Endpoint endpoint) {
        return run_task(*runtime, 0, [&](Worker& worker) {
            return connect_only(worker, endpoint, seconds(10));
        });
    };
    EXPECT_TRUE(to({"127.0.0.1", port}));
    EXPECT_TRUE(to({"localhost", port}));
    listener->reset();
    EXPECT_EQ(to({"127.0.0.1", port}).error().code, Errc::refused);
}

Task<Errc> accept_without_descriptors(Worker& worker) {
    auto listener = worker.listen({"127.0.0.1", 0});
    auto near = co_await worker.connect((*listener)->local(), kNever);
    rlimit before;
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const auto refused = co_await (*listener)->accept();
    ::setrlimit(RLIMIT_NOFILE, &before);
    const auto accepted = co_await (*listener)->accept();
    if (!accepted) co_return Errc::internal;
    co_return refused ? Errc::internal : refused.error().code;
}

TEST_F(ListenerTest, SaysThatNoDescriptorsAreLeftAndGoesOn) {
    EXPECT_EQ(
        run_task(*runtime, 0, [](Worker& worker) { return accept_without_descriptors(worker); }),
        Errc::overloaded);
}

}  // namespace
}  // namespace aside::runtime
