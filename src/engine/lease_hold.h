// Keeps a lease alive while its load lives: renews it every so often until it is destroyed. It is
// not given back: the fill does that, or release_lease.
//
// Thread rule: one worker. The tier and the key's bytes (`owner` keeps them) may be used until a
// renewal under way has ended.
#pragma once

#include <memory>

#include "engine/ports/remote_tier.h"
#include "telemetry/metrics.h"

namespace aside::engine {

class LeaseHold {
  public:
    LeaseHold(runtime::Worker& worker, RemoteTier& tier, RemoteKey key, LeaseToken token,
              Duration every, std::shared_ptr<const void> owner, telemetry::Counter& lost);
    ~LeaseHold();
    LeaseHold(const LeaseHold&) = delete;
    LeaseHold& operator=(const LeaseHold&) = delete;

  private:
    struct State;
    static runtime::Task<> renew(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace aside::engine
