// Test support: a server on a simulated network that speaks raw RESP as it is told, and a link to
// it with everything around.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/link/link.h"
#include "redis/link/pipeline_fixture.h"
#include "redis/protocol/command.h"
#include "runtime/sim/world.h"

namespace aside::redis {

using namespace std::chrono_literals;

inline constexpr std::string_view kHelloReply =
    "%3\r\n+proto\r\n:3\r\n+mode\r\n+cluster\r\n+role\r\n+master\r\n";

// The process stands still for `span`, and while `then` runs. Its clock has run on, or is put
// forward.
inline void freeze_for(
    runtime::SimWorld& world, runtime::SimProcess& process, Duration span,
    runtime::SimProcess::SteadyClock clock, const std::function<void()>& then = [] {}) {
    const SteadyTime began = world.now();
    process.freeze();
    world.run_for(span);
    then();
    process.thaw(clock);
    if (clock == runtime::SimProcess::SteadyClock::stood_still)
        process.put_clock_forward(world.now() - began);
}

// One connection to the scripted server.
struct ServerSession {
    std::unique_ptr<runtime::Stream> stream;
    SteadyTime accepted_at{};
    std::vector<std::vector<std::string>> commands;
    std::size_t reads = 0;
    bool ended = false;

    // To be called on the server's worker, or from outside.
    void send(std::string_view bytes) {
        const std::string_view pieces[] = {bytes};
        const auto sent = stream->try_write(pieces);
        EXPECT_TRUE(!sent || *sent == bytes.size());
    }
};

class ScriptedServer {
  public:
    ScriptedServer(runtime::SimWorld& world, unsigned worker, runtime::Endpoint at)
        : worker_(world.worker(worker)), at_(std::move(at)) {
        open();
    }

    // What to say to a command; empty: nothing.
    using Words = std::vector<std::string>;
    std::function<std::string(ServerSession&, const Words&)> answer =
        [](ServerSession&, const Words& words) { return usual(words); };
    std::string greeting;  // said to who connects, before the connection is closed

    static std::string usual(const Words& words) {
        if (words[0] == "HELLO") return std::string(kHelloReply);
        if (words[0] == "PING") return "+PONG\r\n";
        if (words[0] == "GET") return bulk("value of " + words[1]);
        return "+OK\r\n";
    }
    static std::string bulk(const std::string& text) {
        return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    }

    void open() {
        listeners_.push_back(worker_.listen(at_).value());
        worker_.spawn(serve());
    }
    // Nobody listens any more.
    void close() { listeners_.back()->close(); }
    void drop_sessions() {
        for (auto& session : sessions) session->stream->close();
    }
    ServerSession& last() { return *sessions.back(); }

    std::vector<std::shared_ptr<ServerSession>> sessions;

  private:
    runtime::Task<> serve() {
        runtime::Listener& listener = *listeners_.back();
        for (;;) {
            auto stream = co_await listener.accept();
            if (!stream) co_return;
            auto session = std::make_shared<ServerSession>();
            session->stream = std::move(*stream);
            session->accepted_at = worker_.now();
            sessions.push_back(session);
            worker_.spawn(converse(session));
        }
    }
    runtime::Task<> converse(std::shared_ptr<ServerSession> session) {
        if (!greeting.empty()) {
            session->send(greeting);
            session->stream->shutdown_send();
        }
        std::string in;
        std::vector<char> buffer(64 * 1024);
        wire::RespReader reader;
        for (;;) {
            const Result<std::size_t> got =
                co_await runtime::read_some(*session->stream, std::span(buffer));
            if (!got || *got == 0) break;
            ++session->reads;
            in.append(buffer.data(), *got);
            std::string out;
            while (reader.read(in) == wire::RespReader::Result::frame) {
                auto& words = session->commands.emplace_back();
                for (const auto& node : reader.nodes().subspan(1)) words.emplace_back(node.text);
                in.erase(0, reader.frame_bytes());
                if (greeting.empty()) out += answer(*session, words);
            }
            const auto sent = co_await runtime::write_all(*session->stream, out);
            if (!sent) break;
        }
        session->ended = true;
        session->stream->close();
    }

    runtime::SimWorker& worker_;
    const runtime::Endpoint at_;
    std::vector<std::unique_ptr<runtime::Listener>> listeners_;  // closed ones too
};

struct TestOwner final : LinkOwner {
    explicit TestOwner(runtime::SimWorld& world) : world_(world) {}
    int ups = 0;
    std::vector<Error> downs;
    std::vector<SteadyTime> down_at;
    std::vector<std::pair<Health, SteadyTime>> health;
    std::vector<std::string> pushes;
    std::vector<std::string> story;  // the order of ups, downs and pushes
    std::function<void()> when_up, when_down;
    std::vector<SteadyTime> suspected_at, unproven_at, proven_at;
    bool awaits = true;

    void link_up(const ServerFacts&) override {
        ++ups;
        story.emplace_back("up");
        if (when_up) when_up();
    }
    void link_down(const Error& why) override {
        downs.push_back(why);
        down_at.push_back(world_.now());
        story.emplace_back("down");
        if (when_down) when_down();
    }
    void link_health(Health, Health after) override { health.emplace_back(after, world_.now()); }
    void link_pushed(const wire::RespNode& push) override {
        wire::describe(pushes.emplace_back(), push);
        story.emplace_back("push");
    }
    void link_suspected() override { suspected_at.push_back(world_.now()); }
    void link_unproven() override { unproven_at.push_back(world_.now()); }
    void link_proven() override { proven_at.push_back(world_.now()); }
    bool link_awaited() override { return awaits; }

  private:
    runtime::SimWorld& world_;
};

// Credentials as the test sets them.
struct TestPasswords final : PasswordSource {
    Result<Credentials> present = Credentials{.user = "", .password = "old", .renew_by = kNever};
    std::function<void()> when_asked;
    Duration takes{};
    int asked = 0;
    runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) override {
        ++asked;
        if (when_asked) when_asked();
        if (takes > Duration::zero()) co_await runtime::sleep_for(worker, takes);
        co_return present;
    }
};

// A link on worker 0 (or in a process of its own, which can be frozen), its server on worker 1.
struct LinkBed {
    explicit LinkBed(std::uint64_t seed = 1, LinkPurpose purpose_of = LinkPurpose::read,
                     bool apart = false)
        : world({.seed = seed, .workers = 2}),
          process(apart ? world.add_process(1, "client") : world.home()),
          purpose(purpose_of) {}
    ~LinkBed() {
        if (link) link->close();
        server.close();
        EXPECT_TRUE(world.run_until([&] { return !link || link->idle(); }, 10s))
            << world.describe();
        server.drop_sessions();
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
        for (auto& request : requests) EXPECT_EQ(request.ends + request_given_up(request), 1);
    }

    Link& open(HandshakeWants wants = {}) {
        link = std::make_unique<Link>(process.worker(0), environment, purpose, at, std::move(wants),
                                      &owner);
        link->want();
        return *link;
    }
    Link& open_up(HandshakeWants wants = {}) {
        open(std::move(wants));
        EXPECT_TRUE(world.run_until([&] { return link->up(); }, 5s)) << world.describe();
        return *link;
    }
    TestRequest& get(const std::string& key, Duration patience = Duration::max()) {
        TestRequest& request = requests.emplace_back();
        if (patience != Duration::max()) request.deadline = world.now() + patience;
        append_command(link->pipeline().output(), Command::get, {key});
        link->start(request);
        return request;
    }
    void give_up(TestRequest& request) {
        given_up.push_back(&request);
        link->give_up(request);
    }
    int request_given_up(const TestRequest& request) const {
        return static_cast<int>(std::ranges::count(given_up, &request));
    }

    runtime::SimWorld world;
    runtime::SimProcess& process;
    const LinkPurpose purpose;
    const runtime::Endpoint at{"node-1", 7000};
    DialBudget dials{10, 20};
    TestPasswords passwords;
    LinkEnvironment environment{.dials = dials,
                                .passwords = nullptr,
                                .connect = {},
                                .connect_timeout = 250ms,
                                .handshake_timeout = 1s,
                                .backoff = {},
                                .pipeline = {},
                                .health = {}};
    ScriptedServer server{world, 1, at};
    TestOwner owner{world};
    std::deque<TestRequest> requests;
    std::vector<const TestRequest*> given_up;
    std::unique_ptr<Link> link;
};

}  // namespace aside::redis
