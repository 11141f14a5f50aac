// The port's fills, leases and invalidations, on the caller's worker: what they ask of the lanes,
// and what an answer means to the engine.
//
// Thread rule: each call on the worker given, where it also ends. Ownership: borrows state and
// lanes; keys are copied when called, before the task begins.
#pragma once

#include "engine/ports/remote_tier.h"
#include "redis/fill_lanes.h"

namespace aside::redis {

class FillCalls {
  public:
    FillCalls(TierState& state, FillLanes& lanes) : state_(state), lanes_(lanes) {}

    // As RemoteTier.
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker& worker, RemoteKey key,
                                          SteadyTime deadline);
    runtime::Task<bool> renew_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token);
    void release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token);
    runtime::Task<FillState> fill(runtime::Worker& worker, RemoteFill fill);
    runtime::Task<Result<void>> invalidate(runtime::Worker& worker, RemoteKey key,
                                           SteadyTime deadline);

  private:
    std::unique_ptr<LaneJob> make_job(LaneCommand command, RemoteKey key, LeaseToken token,
                                      Duration ttl, SteadyTime answer_by) const;
    runtime::Task<LeaseAnswer> run_take_lease(runtime::Worker& worker,
                                              std::unique_ptr<LaneJob> job);
    runtime::Task<bool> run_renew_lease(runtime::Worker& worker, std::unique_ptr<LaneJob> job);
    runtime::Task<FillState> run_fill(runtime::Worker& worker, RemoteFill fill);
    runtime::Task<Result<void>> run_invalidate(runtime::Worker& worker,
                                               std::unique_ptr<LaneJob> pattern,
                                               SteadyTime deadline);

    TierState& state_;
    FillLanes& lanes_;
};

}  // namespace aside::redis
