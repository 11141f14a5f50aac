// Test support: a load in virtual time on scripted servers, and all that became of its requests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_client/scripted_http_server_fixture.h"
#include "lab/load/latency_histogram.h"
#include "lab/load/load_run.h"

namespace aside::lab::load {

using namespace std::chrono_literals;
using http_client::reply;
using http_client::ScriptedHttpServer;
using http_client::ScriptedReply;
using http_client::ScriptedRequest;

struct Seen {
    std::uint64_t number, key;
    unsigned target;
    bool moved;
    Fate fate;
    int status;
    Duration due, sent, ended;  // since the load began
    Duration latency() const { return ended - due; }
    AnswerSources sources;
    std::int64_t age_s;
    std::string head, body;
};

class Witness final : public ExchangeObserver {
  public:
    void exchange_ended(const Exchange& e) override {
        const SteadyTime began = run->began();
        seen.push_back({e.number, e.key, e.target, e.moved, e.fate, e.status, e.due - began,
                        e.sent - began, e.ended - began, e.sources, e.age_s, std::string(e.head),
                        std::string(e.body)});
        latency.record(e.latency());
        if (then) then(e);
    }
    void cdn_answered(const CdnExchange& exchange) override {
        ++(exchange.well ? from_cdn : cdn_failed);
        if (exchange.waited) waited.push_back(exchange.latency());
    }
    std::size_t with(Fate fate) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(seen, [&](const Seen& one) { return one.fate == fate; }));
    }

    LoadRun* run = nullptr;
    std::function<void(const Exchange&)> then;
    std::vector<Seen> seen;
    std::uint64_t from_cdn = 0, cdn_failed = 0;
    std::vector<Duration> waited;  // of who waited for another's answer
    LatencyHistogram latency;
};

struct LoadRunTest : testing::Test {
    explicit LoadRunTest(unsigned hosts = 2) {
        runtime::SimOptions options{.workers = 1 + hosts, .hosts = {"10.0.0.1"}};
        for (unsigned i = 0; i < hosts; ++i) options.hosts.push_back(host(i));
        world.emplace(options);
        for (unsigned i = 0; i < hosts; ++i) {
            const runtime::Endpoint at{host(i), 8080};
            servers.push_back(std::make_unique<ScriptedHttpServer>(*world, 1 + i, at));
        }
        settings.targets.push_back({.endpoint = {host(0), 8080}});
        settings.keys = scanned_keys(1'000'000);
    }
    ~LoadRunTest() override {
        run.reset();
        for (const auto& server : servers) server->close();
        EXPECT_TRUE(world->run_until_idle(10min));
        EXPECT_EQ(world->running_tasks(), 0U) << "a task is left";
    }
    static std::string host(unsigned server) { return "10.0.0." + std::to_string(2 + server); }

    void use_both() { settings.targets.push_back({.endpoint = {host(1), 8080}}); }
    void at(double per_second, Duration span) { settings.arrivals = steady(per_second, span); }
    void flat_out(Duration span) {
        settings.arrivals = {.pieces = {{.span = span}}, .flat_out = true};
    }
    void start() {
        EXPECT_TRUE(check(settings));
        run = std::make_unique<LoadRun>(world->worker(0), std::move(settings), witness);
        witness.run = run.get();
        world->spawn(0, begin());
    }
    void finish() { world->run(run->ended()); }
    void load() {
        start();
        finish();
    }
    runtime::Task<> begin() {
        run->start();
        co_return;
    }
    ScriptedHttpServer& server(unsigned index = 0) { return *servers[index]; }
    const std::vector<Seen>& seen() const { return witness.seen; }

    std::optional<runtime::SimWorld> world;
    std::vector<std::unique_ptr<ScriptedHttpServer>> servers;
    LoadSettings settings;
    Witness witness;
    std::unique_ptr<LoadRun> run;
};

}  // namespace aside::lab::load
