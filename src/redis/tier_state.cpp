#include "redis/tier_state.h"

#include <algorithm>

namespace aside::redis {

namespace {

// Of a connection whose peer is gone without a word: the pipeline's own clock notices first, this
// is for sockets nobody asks anything of.
constexpr Duration kUnacknowledgedMax = std::chrono::seconds(3);
constexpr Duration kKeepaliveIdle = std::chrono::seconds(5);

// A worker's reads take one, fills and control one each; large replies, and connections that
// replace others, what is left.
NodeDoor::Limits connection_limits(const TierOptions& options, unsigned workers) {
    const std::uint32_t essential = workers + 2;
    const std::uint32_t wanted = options.connections_per_node;
    return {.connections = wanted == 0 ? essential + 1 : std::max(wanted, essential),
            .essential = essential};
}

LinkEnvironment environment(const TierOptions& options, DialBudget& dials, NodeDoors& doors,
                            TierMetrics& metrics, PasswordSource* passwords) {
    return {.dials = dials,
            .doors = &doors,
            .tried = &metrics.dials,
            .failed = &metrics.dials_failed,
            .passwords = passwords,
            .connect = {.tls = options.tls,
                        .unacknowledged_max = kUnacknowledgedMax,
                        .keepalive_idle = kKeepaliveIdle},
            .connect_timeout = options.connect_timeout,
            .handshake_timeout = options.handshake_timeout,
            .backoff = options.backoff,
            .pipeline = options.pipeline,
            .health = options.health};
}

}  // namespace

TierState::TierState(TierOptions given, runtime::Runtime& on, telemetry::Registry& counts,
                     PasswordSource* passwords, telemetry::Logger* logger)
    : options(std::move(given)),
      runtime(on),
      registry(counts),
      log(logger),
      names(options.key_prefix, options.format == Format::raw),
      metrics(counts),
      dials(options.dials_per_second, options.dial_burst),
      doors(connection_limits(options, on.worker_count())),
      links(environment(options, dials, doors, metrics, passwords)),
      sparing_(options.dialling == Dialling::lazy) {}

SteadyTime TierState::opening_time(runtime::Worker& worker) const {
    constexpr auto kSpread = static_cast<std::uint64_t>(kOpenWithin.count());
    return worker.now() + Duration(static_cast<Duration::rep>(worker.random().below(kSpread)));
}

}  // namespace aside::redis
