#include "engine/store_gate.h"

#include <algorithm>

namespace aside::engine {

namespace {

// Who is turned away comes back after this at least: the front doors tell whole seconds.
constexpr Duration kComeBackMin = std::chrono::seconds(1);
constexpr Duration kComeBackMax = std::chrono::seconds(30);
// Loads of cold shards are to wait, not to be shed: their line is this many times the store's.
constexpr std::uint32_t kColdQueueFactor = 8;
constexpr std::uint32_t kKeptFromCold = 8;  // one place in so many

GuardOptions guard_options(const EngineOptions& options) {
    return {
        .limit = {.floor = options.origin_concurrency_min, .ceiling = options.origin_concurrency},
        .times = {.timeout_min = options.origin_attempt_timeout_min,
                  .timeout_max = options.origin_attempt_timeout_max},
        .budget = {.attempts_max = options.origin_attempts_max,
                   .hedges_max = options.origin_hedge_share,
                   .backoff_base = options.origin_backoff_base,
                   .backoff_max = options.origin_backoff_max}};
}

}  // namespace

StoreGate::StoreGate(const EngineOptions& options, StoreMetrics& store_metrics, bool is_hedged)
    : guard(guard_options(options)),
      queue(options.origin_concurrency, options.origin_queue,
            {.standing = options.origin_queue_standing, .patience = options.origin_queue_patience}),
      cold(options.origin_concurrency, options.origin_queue * kColdQueueFactor),
      metrics(store_metrics),
      hedged(is_hedged),
      cold_share_(std::clamp(options.cold_share, 0.0, 1.0)),
      patience_(options.origin_queue_patience) {
    fit_cold(options.origin_concurrency, SteadyTime::min());
}

Error StoreGate::turn_away(Error error) const {
    if (error.code != Errc::overloaded || error.amount != 0) return error;
    const Duration wait = std::clamp(guard.wait_of(queue.waiting()), kComeBackMin, kComeBackMax);
    error.amount =
        static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
    return error;
}

void StoreGate::leave(SteadyTime now) {
    const Guard::Room room = guard.leave(now);
    // As many as can have their turn before their patience ends.
    const std::uint64_t turns =
        room.typical > Duration{} ? static_cast<std::uint64_t>(patience_ / room.typical) : 1'000;
    queue.set_capacity(room.limit, now, std::max<std::uint64_t>(turns, 1) * room.limit);
    queue.leave(1, now);
    fit_cold(room.limit, now);
}

void StoreGate::fit_cold(std::uint32_t limit, SteadyTime now) {
    const std::uint64_t wanted = queue.in_use() + queue.waiting();
    const std::uint64_t others = wanted - std::min(wanted, cold.in_use());
    const std::uint64_t kept = limit / kKeptFromCold + others;
    const std::uint64_t unwanted = limit - std::min<std::uint64_t>(limit, kept);
    const auto share = static_cast<std::uint64_t>(cold_share_ * limit);
    cold.set_capacity(std::max<std::uint64_t>({1, share, unwanted}), now);
}

void StoreGate::register_metrics(telemetry::Registry& registry, const std::string& store) {
    const auto gauge = [&](const char* name, const char* help, auto read) {
        registry.gauge(name, help, {{"store", store}}, [this, read] { return read(*this); });
    };
    gauge("aside_origin_limit", "Loads the guard allows the store at a time",
          [](const StoreGate& gate) { return static_cast<double>(gate.guard.limit()); });
    gauge("aside_origin_breaker_ratio",
          "The part of loads that is shed because so many failed lately",
          [](const StoreGate& gate) { return gate.guard.breaker_ratio(); });
    gauge("aside_origin_attempt_timeout_seconds", "How long an attempt may take at present",
          [](const StoreGate& gate) {
              return std::chrono::duration<double>(gate.guard.timeout()).count();
          });
    const auto shed = [&](const char* reason, auto read) {
        registry.observed_counter("aside_origin_shed_total", kShedHelp,
                                  {{"store", store}, {"reason", reason}},
                                  [this, read] { return read(queue.turned_away()); });
    };
    using TurnedAway = AdmissionQueue::TurnedAway;
    shed("queue_full", [](const TurnedAway& away) { return away.full; });
    shed("queue_stands", [](const TurnedAway& away) { return away.stood; });
    shed("no_time", [](const TurnedAway& away) { return away.late; });
}

}  // namespace aside::engine
