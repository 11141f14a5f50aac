// What stands before one store: its guard (engine/guard/guard.h), the queue for the room the guard
// allows, and their metrics.
//
// Before the queue, loads of shards of L2 that came back empty pass a gate of their own, so that
// they wait for each other and not everybody for them: for `cold_share` of the room, or for all
// that nobody else wants, but for an eighth, by which the first who come find a place at once.
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
    // An attempt's store has let go of it: its place goes to the next.
    void leave(SteadyTime now);
    // The process stood still until now.
    void thawed(SteadyTime now) {
        guard.thawed(now);
        queue.thawed(now);
        cold.thawed(now);
    }
    void register_metrics(telemetry::Registry& registry, const std::string& store);

    Guard guard;
    AdmissionQueue queue;
    AdmissionQueue cold;
    StoreMetrics& metrics;
    LatencyEstimate latency;
    const bool hedged;

  private:
    void fit_cold(std::uint32_t limit, SteadyTime now);

    const double cold_share_;
    const Duration patience_;
};

}  // namespace aside::engine
