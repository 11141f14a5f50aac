// The engine's counters and histograms, by the names tools rely on (docs/architecture.md).
//
// Thread rule: as telemetry/metrics.h; the worker's index says whose cell is written.
#pragma once

#include <array>

#include "base/value.h"
#include "engine/guard/guard.h"
#include "engine/ports/service.h"
#include "telemetry/metrics.h"

namespace aside::engine {

inline constexpr std::string_view kShedHelp =
    "Loads turned away before they asked their store, by why: the queue was full, stood, left no "
    "time for the load, or too many loads were failing";

// One origin store as the metrics see it.
struct StoreMetrics {
    StoreMetrics(telemetry::Registry& registry, const std::string& store);

    telemetry::Counter& found;
    telemetry::Counter& not_modified;
    telemetry::Counter& absent;
    telemetry::Counter& error;  // the store failed
    telemetry::Counter& late;   // it did not answer in time
    telemetry::Counter& shed;   // never asked: no room before it
    telemetry::Counter& throttled;
    telemetry::Counter& shed_failing;  // by the breaker
    std::array<telemetry::Counter*, kAttemptKinds> attempts;
    telemetry::Histogram& load_seconds;
    telemetry::Histogram& queue_seconds;
};

struct EngineMetrics {
    explicit EngineMetrics(telemetry::Registry& registry);

    telemetry::Counter& l1_hit;
    telemetry::Counter& l1_stale;
    telemetry::Counter& l1_miss;
    telemetry::Counter& l1_absent;
    telemetry::Counter& origin_hit;
    telemetry::Counter& origin_absent;
    telemetry::Counter& origin_error;
    telemetry::Counter& flights_led;
    telemetry::Counter& flights_joined;
    telemetry::Counter& stale_revalidate;  // served while a refresh runs
    telemetry::Counter& stale_error;       // served because the origin failed
    telemetry::Counter& stale_late;        // served because the origin was late
    telemetry::Counter&
        stale_missing;  // served because the newer item names an object that does not exist
    telemetry::Counter& fills_kept;
    telemetry::Counter& fills_no_memory;
    telemetry::Counter& fills_refused;  // not JSON, too large: never cached
    telemetry::Counter& invalidations;
    telemetry::Counter& warmed;
    telemetry::Counter&
        given_up;  // loads that nobody waited for when the process was to stand still
    telemetry::Counter& thaws;
    telemetry::Histogram& gather_seconds;  // how long requests waited for their loads
    StoreMetrics index;
    StoreMetrics objects;

    StoreMetrics& store_of(ValueKind kind) {
        return kind == ValueKind::index_entry ? index : objects;
    }
};

}  // namespace aside::engine
