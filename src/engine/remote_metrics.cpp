#include "engine/remote_metrics.h"

namespace aside::engine {

namespace {

telemetry::Counter& reads(telemetry::Registry& registry, const char* answer) {
    return registry.counter("aside_reads_total", "References read, by tier and what it answered",
                            {{"tier", "l2"}, {"answer", answer}});
}
telemetry::Counter& fills(telemetry::Registry& registry, const char* result) {
    return registry.counter("aside_fills_total", "Loaded values put into a tier, by how it ended",
                            {{"tier", "l2"}, {"result", result}});
}
telemetry::Counter& leases(telemetry::Registry& registry, const char* result) {
    return registry.counter("aside_leases_total",
                            "Leases asked of L2 before a load, and those lost during one",
                            {{"result", result}});
}
telemetry::Counter& owed(telemetry::Registry& registry, const char* what) {
    return registry.counter("aside_owed_fills_total",
                            "Fills that L2 could not take at once, by what became of them",
                            {{"event", what}});
}
telemetry::Counter& stale(telemetry::Registry& registry, const char* reason) {
    return registry.counter("aside_stale_served_total",
                            "Values answered past their fresh time, by why", {{"reason", reason}});
}

template <class Reason, std::size_t kCount>
std::array<telemetry::Counter*, kCount> by_reason(telemetry::Registry& registry, const char* name,
                                                  const char* help) {
    std::array<telemetry::Counter*, kCount> counters{};
    for (std::size_t i = 0; i < kCount; ++i) {
        counters[i] = &registry.counter(name, help,
                                        {{"reason", std::string(name_of(static_cast<Reason>(i)))}});
    }
    return counters;
}

}  // namespace

RemoteMetrics::RemoteMetrics(telemetry::Registry& registry)
    : hit(reads(registry, "hit")),
      stale(reads(registry, "stale")),
      miss(reads(registry, "miss")),
      unknown(reads(registry, "unknown")),
      absent(reads(registry, "absent")),
      unknown_reasons(by_reason<UnknownReason, kUnknownReasons>(
          registry, "aside_unknown_total", "Reads L2 could not answer, by why")),
      miss_reasons(by_reason<MissReason, kMissReasons>(
          registry, "aside_miss_total", "Keys that L2 said it does not hold, by why if known")),
      fills_stored(fills(registry, "stored")),
      fills_refused(fills(registry, "refused")),
      fills_paused(fills(registry, "paused")),
      fills_dropped(fills(registry, "dropped")),
      fills_shed(fills(registry, "shed")),
      leases_won(leases(registry, "won")),
      leases_held(leases(registry, "held")),
      leases_unavailable(leases(registry, "unavailable")),
      leases_lost(leases(registry, "lost")),
      lease_wait_seconds(registry.histogram(
          "aside_lease_wait_seconds", "Time loads waited for another process to load their key")),
      owed_added(owed(registry, "added")),
      owed_no_room(owed(registry, "no_room")),
      owed_replayed(owed(registry, "replayed")),
      stale_unknown(aside::engine::stale(registry, "unknown")),
      stale_lease(aside::engine::stale(registry, "lease")),
      gaps(registry.counter("aside_l1_gaps_total",
                            "Ranges of slots whose invalidations may have gone unheard")),
      heard(registry.counter("aside_invalidations_heard_total",
                             "Invalidations of any process that L2 told")) {}

void RemoteMetrics::count(unsigned worker, FillState state) {
    telemetry::Counter* const counters[] = {&fills_stored, &fills_refused, &fills_paused,
                                            &fills_dropped, &fills_shed};
    counters[static_cast<std::size_t>(state)]->add(worker);
}

void RemoteMetrics::count(unsigned worker, LeaseState state) {
    telemetry::Counter* const counters[] = {&leases_won, &leases_held, &leases_unavailable};
    counters[static_cast<std::size_t>(state)]->add(worker);
}

}  // namespace aside::engine
