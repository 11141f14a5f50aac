// Test support: a store of AWS on a scripted server, with credentials that do not change and a log
// that can be read.
#pragma once

#include "aws/credential_provider.h"
#include "http_client/scripted_http_server_fixture.h"

namespace aside::aws {

using namespace std::chrono_literals;

struct FixedCredentials final : CredentialSource {
    std::string_view name() const override { return "fixed"; }
    runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker&, SteadyTime) override {
        co_return FetchedCredentials{{"key", Secret("secret"), Secret()}, kNever};
    }
};

// Store(options, workers, provider, registry, log)
template <class Store>
struct StoreBed : testing::Test {
    ~StoreBed() override {
        if (store) end();
    }
    template <class Options>
    void open(Options options) {
        options.http.endpoint = at;
        store.emplace(std::move(options), 2U, provider, registry, &*log);
    }
    // The log has been written when it returns.
    void end() {
        store->close(world.worker(0));
        provider.close(world.worker(0));
        server.close();
        EXPECT_TRUE(world.run_until_idle(10min));
        EXPECT_EQ(world.running_tasks(), 0U);
        store.reset();
        log.reset();
    }

    const runtime::Endpoint at{"10.0.0.2", 8080};
    telemetry::Registry registry{2};
    runtime::SimWorld world{{.workers = 2, .hosts = {"10.0.0.1", "10.0.0.2"}}};
    http_client::ScriptedHttpServer server{world, 1, at};
    std::string logged;
    std::optional<telemetry::Logger> log{
        std::in_place,
        telemetry::LogOptions{.write = [this](std::string_view line) { logged += line; }},
        [this] { return world.worker(0).wall_now(); }};
    CredentialProvider provider{std::make_unique<FixedCredentials>(), {}, registry, nullptr};
    std::optional<Store> store;
};

}  // namespace aside::aws
