// L2 on Redis or Valkey, a single node or a cluster: the RemoteTier port.
//
// Where to read on:
//   protocol/           what is said, what replies mean: commands, scripts, key names, slots
//   topology/           views of the cluster, the vote between them, the slot map, when to refresh
//   link/               one connection: pipeline, handshake, health, dialling
//   read_plan.h         one read: where to ask, what each answer means, when to give up
//   worker_client.h     a worker's read links and its reads
//   fill_lane.h         a node's fill link: fills, leases, invalidations, from all workers
//   control_plane.h     topology, tracking of invalidations, liveness; on one worker
//
// Thread rule: as the port says. start() and stop() on any thread that is not a worker's (or in a
// simulation between events). Ownership: borrows the runtime, the registry and the events; must
// outlive every task it started: stop(), then wait for the runtime's tasks.
#pragma once

#include <memory>

#include "engine/ports/remote_tier.h"
#include "redis/options.h"
#include "runtime/runtime.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aside::redis {

class RedisTier final : public RemoteTier {
  public:
    // `passwords` and `log` may be null.
    RedisTier(TierOptions options, runtime::Runtime& runtime, telemetry::Registry& registry,
              PasswordSource* passwords, telemetry::Logger* log);
    ~RedisTier() override;

    // Begins to look for the servers; returns at once, whether there are any or not. `events` must
    // outlive stop().
    void start(RemoteEvents& events);
    // Closes every connection; reads under way end as unknown.
    void stop();

    void first_answer_given() override;
    void thawed(runtime::Worker& here, SteadyTime since) override;

    void start_read(runtime::Worker& worker, RemoteRead& read) override;
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker& worker, RemoteKey key,
                                          SteadyTime deadline) override;
    runtime::Task<bool> renew_lease(runtime::Worker& worker, RemoteKey key,
                                    LeaseToken token) override;
    void release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) override;
    runtime::Task<FillState> fill(runtime::Worker& worker, RemoteFill fill) override;
    runtime::Task<Result<void>> invalidate(runtime::Worker& worker, RemoteKey key,
                                           SteadyTime deadline) override;
    std::uint16_t slot_of(RemoteKey key) const override;
    std::string status_json() const override;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aside::redis
