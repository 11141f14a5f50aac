#include "redis/tier_metrics.h"

namespace aside::redis {

TierMetrics::TierMetrics(telemetry::Registry& registry)
    : reads_retried(registry.counter("aside_l2_reads_retried_total",
                                     "Reads asked again elsewhere: redirects, other copies")),
      reads_hedged(registry.counter("aside_l2_reads_hedged_total",
                                    "Reads asked of a second copy while the first was late")),
      reads_over(registry.counter("aside_l2_reads_over_total",
                                  "Reads whose budget ended before any copy had answered")),
      reads_round_slow(registry.counter(
          "aside_l2_reads_round_slow_total",
          "Reads asked of another copy first, because the one before it in order was slow")),
      nodes_slowed(registry.counter("aside_l2_nodes_slowed_total",
                                    "Times a worker found a node slow (its latency breaker)")),
      stalls(registry.counter("aside_l2_stalls_total",
                              "Times a worker stood still for over 20 ms with reads of L2 under "
                              "way: no node is judged by them")),
      redirects_moved(registry.counter("aside_l2_redirects_total", "Redirects followed by reads",
                                       {{"kind", "moved"}})),
      redirects_ask(registry.counter("aside_l2_redirects_total", "Redirects followed by reads",
                                     {{"kind", "ask"}})),
      mismatches(registry.counter("aside_l2_mismatches_total",
                                  "Values of L2 that did not verify, or were another key's")),
      untrusted_nils(
          registry.counter("aside_l2_untrusted_nils_total", "Nils that were not taken for a miss")),
      dials(registry.counter("aside_l2_dials_total", "Connections to L2 that were tried")),
      dials_failed(
          registry.counter("aside_l2_dials_failed_total", "Connections to L2 that failed")),
      refresh_rounds(
          registry.counter("aside_l2_refresh_rounds_total", "Rounds of asking for the topology")),
      map_changes(
          registry.counter("aside_l2_map_changes_total", "Slot maps that replaced another")),
      pushes(registry.counter("aside_l2_pushes_total", "Invalidations and others heard unasked")),
      read_seconds(
          registry.histogram("aside_l2_read_seconds", "Reads of L2, from start to answer")) {}

}  // namespace aside::redis
