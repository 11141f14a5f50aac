// What stands before one store: its guard (engine/guard/guard.h), the queue for the room the guard
// allows, and their metrics.
//
// Thread rule: any worker. Must outlive every load.
#pragma once

#include "engine/admission_queue.h"
#include "engine/engine_metrics.h"
#include "engine/guard/guard.h"
#include "engine/latency_estimate.h"
#include "engine/options.h"

namespace aside::engine {

class StoreGate {
  public:
    // `hedged`: a second attempt beside the first may be answered sooner.
    StoreGate(const EngineOptions& options, StoreMetrics& metrics, bool hedged);

    // How a load is turned away: `error`, with when to come back.
    Error turn_away(Error error) const;
    // An attempt's store has let go of it: its place goes to the next. The limit from now on.
    std::uint32_t leave(SteadyTime now);
    void register_metrics(telemetry::Registry& registry, const std::string& store);

    Guard guard;
    AdmissionQueue queue;
    StoreMetrics& metrics;
    LatencyEstimate latency;
    const bool hedged;

  private:
    const Duration patience_;
};

}  // namespace aside::engine
