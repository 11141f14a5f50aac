// One process's worth of Aside in this process: engine, Redis tier, a known origin, a runtime of
// its own. Several of them are several processes as L2 sees them.
//
// L1 is as small as it may be and asks L2 each time, so that what is measured is L2. Thread rule:
// made, used and destroyed on one thread that is no worker's. Ownership: owns everything but the
// origin, which clients may share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "lab/known_origin.h"
#include "lab/metrics_page.h"
#include "redis/redis_tier.h"
#include "runtime/os/run_task.h"

namespace aside::lab {

struct ClientOptions {
    ClientOptions();
    std::vector<runtime::Endpoint> seeds;
    std::string user, password;
    std::shared_ptr<PasswordSource> passwords;  // in place of them
    unsigned workers = 1;
    engine::EngineOptions engine;
    redis::TierOptions tier;  // seeds are taken from above
};

class LabClient {
  public:
    // `origin` may be null: one of its own, with `origin_options`.
    static Result<std::unique_ptr<LabClient>> start(ClientOptions options,
                                                    std::shared_ptr<KnownOrigin> origin);
    ~LabClient();
    LabClient(const LabClient&) = delete;

    KnownOrigin& origin() { return *origin_; }
    engine::Engine& engine() { return *engine_; }
    redis::RedisTier& tier() { return *tier_; }
    runtime::OsRuntime& runtime() { return *runtime_; }
    telemetry::Registry& registry() { return registry_; }
    MetricsPage metrics() const { return MetricsPage::look(registry_); }

    template <class Make>
    auto run(Make make) {
        return runtime::run_task(*runtime_, 0, std::move(make));
    }

    // A read as a front door does it, without the verification of VerifiedLoad.
    struct Read {
        Outcome outcome = Outcome::failed;
        Error error;
        std::string body;
        Source source = Source::l1;
        bool stale = false;
    };
    Read read(const std::string& key, Duration patience = std::chrono::seconds(3));
    Result<TierReport> invalidate(const std::string& key);
    // Of the tier alone.
    struct TierRead {
        RemoteState state = RemoteState::unknown;
        UnknownReason reason = UnknownReason::no_route;
        std::string node;
        bool from_replica = false;
    };
    TierRead read_tier(const std::string& key, Duration patience = std::chrono::seconds(3));
    FillState fill_tier(const std::string& key, std::size_t body_bytes);
    LeaseAnswer lease_tier(const std::string& key);
    std::uint16_t slot_of(const std::string& key) const {
        return tier_->slot_of({ValueKind::object, key});
    }

    // Reads every object once, so that L2 holds all of them. False: not all were stored.
    bool warm();
    // Every slot has a known owner, and every owner a connection for fills and for reads.
    bool connected();

  private:
    LabClient(ClientOptions options, std::shared_ptr<KnownOrigin> origin,
              std::unique_ptr<runtime::OsRuntime> runtime);

    const ClientOptions options_;
    std::shared_ptr<PasswordSource> passwords_;
    std::shared_ptr<KnownOrigin> origin_;
    std::unique_ptr<runtime::OsRuntime> runtime_;
    telemetry::Registry registry_;
    std::unique_ptr<redis::RedisTier> tier_;
    std::unique_ptr<engine::Engine> engine_;
};

}  // namespace aside::lab
