#include "lab/fault_proxy.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::lab {
namespace {

using namespace std::chrono_literals;
using runtime::Task;
using runtime::Worker;

const runtime::Endpoint kNode{"127.0.0.1", 20001};

// A node that answers each command with its own first word, and knows two more.
std::string answer_of(const wire::RespNode& command) {
    const std::string name(wire::child(command, 0)->text);
    if (name == "CLUSTER") return "*2\r\n:0\r\n:20001\r\n";
    if (name == "MOVE") return "-MOVED 20001 127.0.0.1:20001\r\n";
    return "+" + name + "\r\n";
}

Task<> serve_one(std::unique_ptr<runtime::Stream> stream) {
    wire::RespReader reader;
    std::string buffer, room(512, '\0');
    for (;;) {
        const auto got = co_await runtime::read_some(*stream, room);
        if (!got || *got == 0) co_return;
        buffer.append(room, 0, *got);
        while (reader.read(buffer) == wire::RespReader::Result::frame) {
            const std::string answer = answer_of(reader.root());
            buffer.erase(0, reader.frame_bytes());
            (void)co_await runtime::write_all(*stream, answer);
        }
    }
}

Task<> serve(Worker& worker, runtime::Listener& listener) {
    for (;;) {
        auto stream = co_await listener.accept();
        if (!stream) co_return;
        worker.spawn(serve_one(std::move(*stream)));
    }
}

// What comes back within 100 ms to these commands, sent in one write.
Task<std::string> exchange(Worker& worker, runtime::Endpoint at,
                           std::vector<std::string_view> commands) {
    auto connected = co_await worker.connect(at, worker.now() + 1s);
    if (!connected) co_return "refused";
    const auto stream = std::move(*connected);
    std::string bytes;
    for (const std::string_view command : commands)
        wire::append_resp_command(bytes, std::span(&command, 1));
    (void)co_await runtime::write_all(*stream, bytes);
    const auto limit = worker.make_timer([&] { stream->close(); });
    limit->arm(worker.now() + 100ms);
    std::string answer, room(512, '\0');
    for (;;) {
        const auto got = co_await runtime::read_some(*stream, room);
        if (!got || *got == 0) co_return answer;
        answer.append(room, 0, *got);
    }
}

class FaultProxyTest : public ::testing::Test {
  protected:
    FaultProxyTest() : proxy_(world_.worker(0), kNode, ports_) {
        auto listener = world_.worker(0).listen(kNode);
        EXPECT_TRUE(listener);
        listener_ = std::move(*listener);
        world_.spawn(0, serve(world_.worker(0), *listener_));
        EXPECT_TRUE(proxy_.listen());
    }
    ~FaultProxyTest() override {
        proxy_.close();
        listener_->close();
        EXPECT_TRUE(world_.run_until_idle());
        EXPECT_TRUE(proxy_.idle());
    }
    std::string ask(std::vector<std::string_view> commands) {
        return world_.run(exchange(world_.worker(0), proxy_.endpoint(), std::move(commands)));
    }

    runtime::SimWorld world_;
    std::unique_ptr<runtime::Listener> listener_;
    PortTable ports_;
    FaultProxy proxy_;
};

TEST_F(FaultProxyTest, PassesCommandsAndReplies) {
    EXPECT_EQ(ask({"A", "B", "C"}), "+A\r\n+B\r\n+C\r\n");
    EXPECT_EQ(proxy_.seen().commands["B"], 1U);
    EXPECT_EQ(proxy_.seen().accepted, 1U);
}

TEST_F(FaultProxyTest, NamesItselfInPlaceOfTheNode) {
    const std::string port = std::to_string(proxy_.endpoint().port);
    EXPECT_EQ(ask({"CLUSTER"}), "*2\r\n:0\r\n:" + port + "\r\n");
    // The slot stays what it is.
    EXPECT_EQ(ask({"MOVE"}), "-MOVED 20001 127.0.0.1:" + port + "\r\n");
}

TEST_F(FaultProxyTest, RulesAnswerInTheirTurn) {
    proxy_.faults().rules = {{.command = "B", .reply = "-BUSY\r\n", .times = 1},
                             {.command = "C", .reply = "-OOM\r\n", .executed = true}};
    EXPECT_EQ(ask({"A", "B", "A", "B", "C"}), "+A\r\n-BUSY\r\n+A\r\n+B\r\n-OOM\r\n");
    EXPECT_EQ(proxy_.seen().answered_here, 2U);
}

TEST_F(FaultProxyTest, ARuleNeedsNoReplyOfTheNodeToSpeak) {
    proxy_.faults().rules = {{.command = "*", .reply = "+HERE\r\n", .times = kEachTime}};
    EXPECT_EQ(ask({"A", "B"}), "+HERE\r\n+HERE\r\n");
}

TEST_F(FaultProxyTest, Faults) {
    proxy_.faults().split = true;
    EXPECT_EQ(ask({"A", "B"}), "+A\r\n+B\r\n");
    proxy_.clear();
    proxy_.faults().delay = 200ms;
    EXPECT_EQ(ask({"A"}), "");
    proxy_.clear();
    proxy_.faults().garbage = "??";
    EXPECT_EQ(ask({"A", "B"}), "??+B\r\n");
    proxy_.clear();
    for (bool ProxyFaults::* const fault : {&ProxyFaults::hang, &ProxyFaults::swallow}) {
        proxy_.faults().*fault = true;
        EXPECT_EQ(ask({"A"}), "");
        proxy_.clear();
    }
    proxy_.faults().greeting = "-ERR max number of clients reached\r\n";
    EXPECT_EQ(ask({"A"}), "-ERR max number of clients reached\r\n");
    proxy_.clear();
    EXPECT_EQ(ask({"A"}), "+A\r\n");
}

TEST_F(FaultProxyTest, RefusesAndAdmits) {
    proxy_.refuse();
    EXPECT_EQ(ask({"A"}), "refused");
    EXPECT_TRUE(proxy_.admit());
    world_.run_for(10ms);
    EXPECT_EQ(ask({"A"}), "+A\r\n");
    // At once: as soon as the old listener is gone.
    proxy_.refuse();
    EXPECT_TRUE(proxy_.admit());
    world_.run_for(10ms);
    EXPECT_EQ(ask({"A"}), "+A\r\n");
}

}  // namespace
}  // namespace aside::lab
