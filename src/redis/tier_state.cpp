#include "redis/tier_state.h"

namespace aside::redis {

namespace {

// Of a connection whose peer is gone without a word: the pipeline's own clock notices first, this
// is for sockets nobody asks anything of.
constexpr Duration kUnacknowledgedMax = std::chrono::seconds(3);
constexpr Duration kKeepaliveIdle = std::chrono::seconds(5);

LinkEnvironment environment(const TierOptions& options, DialBudget& dials,
                            PasswordSource* passwords) {
    return {.dials = dials,
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
      links(environment(options, dials, passwords)) {}

}  // namespace aside::redis
