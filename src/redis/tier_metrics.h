// The Redis client's counters and histograms.
//
// Thread rule: as telemetry/metrics.h; the worker's index says whose cell is written.
#pragma once

#include "telemetry/metrics.h"

namespace aside::redis {

struct TierMetrics {
    explicit TierMetrics(telemetry::Registry& registry);

    telemetry::Counter& reads_retried;  // asked again elsewhere: redirects, other copies
    telemetry::Counter& reads_hedged;
    telemetry::Counter& reads_over;        // their budget ended, whatever else was wrong
    telemetry::Counter& reads_round_slow;  // asked of another copy than a slow one
    telemetry::Counter& nodes_slowed;
    telemetry::Counter& stalls;  // of our own loop
    telemetry::Counter& redirects_moved;
    telemetry::Counter& redirects_ask;
    telemetry::Counter& mismatches;  // envelopes that did not verify
    telemetry::Counter& untrusted_nils;
    telemetry::Counter& dials;
    telemetry::Counter& dials_failed;
    telemetry::Counter& refresh_rounds;
    telemetry::Counter& map_changes;
    telemetry::Counter& pushes;
    telemetry::Histogram& read_seconds;
};

}  // namespace aside::redis
