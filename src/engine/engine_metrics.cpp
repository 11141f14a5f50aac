#include "engine/engine_metrics.h"

namespace aside::engine {

namespace {

constexpr std::string_view kLoadsHelp = "Loads asked of the origin, by store and how they ended";
constexpr std::string_view kReadsHelp = "References read, by tier and what it answered";
constexpr std::string_view kFlightsHelp =
    "Requests for a key's load: those that started it, and those that joined it";
constexpr std::string_view kStaleHelp = "Values answered past their fresh time, by why";
constexpr std::string_view kFillsHelp = "Loaded values put into a tier, by how it ended";

telemetry::Counter& loads(telemetry::Registry& registry, const std::string& store,
                          const char* result) {
    return registry.counter("aside_origin_loads_total", kLoadsHelp,
                            {{"store", store}, {"result", result}});
}
telemetry::Counter& attempts(telemetry::Registry& registry, const std::string& store,
                             const char* kind) {
    return registry.counter("aside_origin_attempts_total",
                            "Attempts at loads, by store and why: first, retry, hedge",
                            {{"store", store}, {"kind", kind}});
}
telemetry::Counter& reads(telemetry::Registry& registry, const char* tier, const char* answer) {
    return registry.counter("aside_reads_total", kReadsHelp, {{"tier", tier}, {"answer", answer}});
}
telemetry::Counter& stale(telemetry::Registry& registry, const char* reason) {
    return registry.counter("aside_stale_served_total", kStaleHelp, {{"reason", reason}});
}
telemetry::Counter& fills(telemetry::Registry& registry, const char* result) {
    return registry.counter("aside_fills_total", kFillsHelp, {{"tier", "l1"}, {"result", result}});
}
}  // namespace

StoreMetrics::StoreMetrics(telemetry::Registry& registry, const std::string& store)
    : found(loads(registry, store, "found")),
      not_modified(loads(registry, store, "not_modified")),
      absent(loads(registry, store, "absent")),
      error(loads(registry, store, "error")),
      late(loads(registry, store, "late")),
      shed(loads(registry, store, "shed")),
      throttled(loads(registry, store, "throttled")),
      shed_failing(registry.counter("aside_origin_shed_total", kShedHelp,
                                    {{"store", store}, {"reason", "failing"}})),
      attempts{&engine::attempts(registry, store, "first"),
               &engine::attempts(registry, store, "retry"),
               &engine::attempts(registry, store, "hedge")},
      load_seconds(registry.histogram("aside_origin_load_seconds",
                                      "Time of one load, queue not included", {{"store", store}})),
      queue_seconds(registry.histogram("aside_origin_queue_seconds",
                                       "Time a load waited for room before the origin",
                                       {{"store", store}})) {}

EngineMetrics::EngineMetrics(telemetry::Registry& registry)
    : l1_hit(reads(registry, "l1", "hit")),
      l1_stale(reads(registry, "l1", "stale")),
      l1_miss(reads(registry, "l1", "miss")),
      l1_absent(reads(registry, "l1", "absent")),
      origin_hit(reads(registry, "origin", "hit")),
      origin_absent(reads(registry, "origin", "absent")),
      origin_error(reads(registry, "origin", "error")),
      flights_led(registry.counter("aside_flights_total", kFlightsHelp, {{"role", "led"}})),
      flights_joined(registry.counter("aside_flights_total", kFlightsHelp, {{"role", "joined"}})),
      stale_revalidate(stale(registry, "revalidate")),
      stale_error(stale(registry, "error")),
      stale_late(stale(registry, "late")),
      stale_missing(stale(registry, "missing_object")),
      fills_kept(fills(registry, "kept")),
      fills_no_memory(fills(registry, "no_memory")),
      fills_refused(fills(registry, "refused")),
      invalidations(registry.counter("aside_invalidations_total", "Keys forgotten on demand")),
      warmed(registry.counter("aside_warmed_total", "Keys of the hot set that were looked after")),
      given_up(registry.counter(
          "aside_given_up_loads_total",
          "Loads nobody waited for, ended because the process was to stand still, or had")),
      thaws(registry.counter("aside_thaws_total", "Times after which the process had stood still")),
      gather_seconds(
          registry.histogram("aside_gather_seconds",
                             "Time requests waited for loads of keys they did not find in L1")),
      index(registry, "index"),
      objects(registry, "objects") {}

}  // namespace aside::engine
