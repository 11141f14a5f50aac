// The metrics of L2 as the engine sees it, by the names tools rely on (docs/architecture.md).
//
// Reads are counted once for each flight, by what L2 answered first; what waiting for a lease reads
// again is not. Thread rule: as telemetry/metrics.h.
#pragma once

#include <array>

#include "engine/fill_record.h"
#include "engine/ports/remote_tier.h"
#include "telemetry/metrics.h"

namespace aside::engine {

struct RemoteMetrics {
    explicit RemoteMetrics(telemetry::Registry& registry);

    telemetry::Counter& hit;
    telemetry::Counter& stale;
    telemetry::Counter& miss;
    telemetry::Counter& unknown;
    telemetry::Counter& absent;
    std::array<telemetry::Counter*, kUnknownReasons> unknown_reasons;
    std::array<telemetry::Counter*, kMissReasons> miss_reasons;

    telemetry::Counter& fills_stored;
    telemetry::Counter& fills_refused;
    telemetry::Counter& fills_paused;
    telemetry::Counter& fills_dropped;
    telemetry::Counter& fills_shed;
    telemetry::Counter& leases_won;
    telemetry::Counter& leases_held;
    telemetry::Counter& leases_unavailable;
    telemetry::Counter& leases_lost;  // while its holder, this process, was loading
    telemetry::Histogram& lease_wait_seconds;

    telemetry::Counter& owed_added;
    telemetry::Counter& owed_no_room;
    telemetry::Counter& owed_replayed;

    telemetry::Counter& stale_unknown;  // served because L2 could not say
    telemetry::Counter& stale_lease;    // served because another process is loading
    telemetry::Counter& gaps;           // slot ranges whose invalidations may have gone unheard
    telemetry::Counter& heard;          // invalidations told by L2

    void count(unsigned worker, UnknownReason reason) {
        unknown.add(worker);
        unknown_reasons[static_cast<std::size_t>(reason)]->add(worker);
    }
    void count(unsigned worker, MissReason reason) {
        miss.add(worker);
        miss_reasons[static_cast<std::size_t>(reason)]->add(worker);
    }
    void count(unsigned worker, FillState state);
    void count(unsigned worker, LeaseState state);
};

}  // namespace aside::engine
