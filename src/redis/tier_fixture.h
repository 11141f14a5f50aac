// Test support: a Redis tier on two workers of a simulated world, before scripted servers.
#pragma once

#include "redis/protocol/key_names.h"
#include "redis/scripted_node_fixture.h"
#include "redis/value_fixture.h"
#include "runtime/runtime.h"
#include "telemetry/metrics.h"

namespace aside::redis {

struct TestEvents final : RemoteEvents {
    std::vector<std::string> invalidated;
    std::vector<SlotRange> unheard, writable;
    void key_invalidated(runtime::Worker&, RemoteKey key) override {
        invalidated.emplace_back(key.bytes);
    }
    void slots_unheard(runtime::Worker&, SlotRange slots) override { unheard.push_back(slots); }
    void slots_writable(runtime::Worker&, SlotRange slots) override { writable.push_back(slots); }
    static std::size_t covering(const std::vector<SlotRange>& told, std::uint16_t slot) {
        std::size_t count = 0;
        for (const SlotRange range : told) count += range.first <= slot && slot <= range.last;
        return count;
    }
};

// The world's workers but the last.
struct ClientWorkers final : runtime::Runtime {
    explicit ClientWorkers(runtime::SimWorld& of) : world(of) {}
    unsigned worker_count() const override { return world.worker_count() - 1; }
    runtime::Worker& worker(unsigned index) override { return world.worker(index); }
    runtime::SimWorld& world;
};

// `apart`: in a process of its own, which can be frozen.
struct TierBed {
    explicit TierBed(std::size_t primaries = 3, std::uint64_t seed = 1, bool apart = false)
        : world({.seed = seed, .workers = 3}),
          process(apart ? world.add_process(2, "client") : world.home()),
          workers(apart ? static_cast<runtime::Runtime&>(process) : clients),
          cluster{.world = world, .ranges = {}, .nodes = {}} {
        if (primaries > 0) cluster.share(primaries);
        for (std::size_t i = 0; i < primaries; ++i) options.seeds.push_back(cluster[i].at);
    }
    ~TierBed() {
        if (tier) tier->stop();
        world.network().find_lost();
        for (auto& node : cluster.nodes) node->server.close();
        world.run_for(5s);
        for (auto& node : cluster.nodes) {
            for (const auto& session : node->server.sessions) {
                EXPECT_TRUE(session->ended || may_hang) << "the tier left a connection open";
            }
            node->server.drop_sessions();
        }
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
    }
    RedisTier& start() {
        tier = std::make_unique<RedisTier>(options, workers, registry, nullptr, nullptr);
        tier->start(events);
        return *tier;
    }
    // Started, with the map known and every connection there.
    RedisTier& start_up() {
        start();
        EXPECT_TRUE(world.run_until([&] { return ready(); }, 10s)) << tier->status_json();
        world.run_for(200ms);
        return *tier;
    }
    bool ready() const { return gauge("aside_l2_unheard_slots") == 0; }
    double gauge(const std::string& name) const {
        const std::string page = registry.render();
        const std::size_t at = page.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
    }
    ScriptedNode& owner(RemoteKey key) { return cluster[cluster.owner(tier->slot_of(key))]; }
    runtime::Worker& worker(unsigned index = 0) { return process.worker(index); }

    LeaseAnswer take_lease(RemoteKey key, unsigned on = 0, Duration patience = 1s) {
        return world.run_on(process, tier->take_lease(worker(on), key, process.now() + patience),
                            on);
    }
    FillState fill(const std::string& key, const std::string& body, LeaseToken lease,
                   unsigned on = 0) {
        RemoteFill fill{.value = TestValue::make(key, body),
                        .lease = lease,
                        .only_if_absent = lease == 0,
                        .keep_for = 60s};
        return world.run_on(process, tier->fill(worker(on), std::move(fill)), on);
    }
    Result<void> invalidate(RemoteKey key, Duration patience = 2s, unsigned on = 0) {
        return world.run_on(process, tier->invalidate(worker(on), key, process.now() + patience),
                            on);
    }
    std::string data_name(RemoteKey key) const {
        std::string name;
        KeyNaming(options.key_prefix).data_name(key, name);
        return name;
    }
    std::string lease_name(RemoteKey key) const {
        std::string name;
        KeyNaming(options.key_prefix).lease_name(key, name);
        return name;
    }

    runtime::SimWorld world;
    runtime::SimProcess& process;
    ClientWorkers clients{world};
    runtime::Runtime& workers;
    telemetry::Registry registry{2};
    TestEvents events;
    ScriptedCluster cluster;
    TierOptions options;
    std::unique_ptr<RedisTier> tier;
    bool may_hang = false;  // the network may keep it from the servers that we closed
};

}  // namespace aside::redis
