#include "engine/loader.h"

namespace aside::engine {

using runtime::Worker;

namespace {

// How long after an invalidation the origin is read consistently. As long as L2's tombstones are to
// live by default.
constexpr Duration kConsistentFor = std::chrono::seconds(10);

}  // namespace

Loader::Loader(const EngineOptions& options, EpochDomain& epochs, MemoryTier& memory,
               FlightTable& flights, OriginLoader& origin, ValueBuilder& builder,
               EngineMetrics& metrics, RemoteCache* remote)
    : options_(options),
      epochs_(epochs),
      memory_(memory),
      flights_(flights),
      origin_(origin),
      builder_(builder),
      metrics_(metrics),
      remote_(remote),
      under_way_(epochs.slots()) {}

std::shared_ptr<Flight> Loader::load(Worker& worker, const KeyView& key, Follower follower,
                                     const Wish& wish, SteadyTime now) {
    Gather& gather = *follower.gather;  // which the caller waits for
    const std::uint32_t slot = follower.slot;
    auto joined =
        flights_.join(key, std::move(follower), Priority::client, wish.newer_than, wish.deadline);
    if (wish.explain) joined.flight->explain.store(true, std::memory_order_relaxed);
    if (joined.led) {
        metrics_.flights_led.add(worker.index());
        start(worker, joined.flight, now);
        return std::move(joined.flight);
    }
    metrics_.flights_joined.add(worker.index());
    if (joined.meanwhile) {
        gather.complete(slot, std::move(*joined.meanwhile));
        return std::move(joined.flight);
    }
    Flight& flight = *joined.flight;
    if (flight.led_for != Priority::client)
        origin_.raise(key.kind, flight.ticket, flight.gate_ticket, Priority::client);
    // Who has no time for a load of its own is no reason to hurry for.
    if (wish.deadline < flight.patience.load(std::memory_order_relaxed) &&
        now + origin_.p95(key.kind) < wish.deadline) {
        flight.hurry(wish.deadline);
    }
    return std::move(joined.flight);
}

void Loader::refresh(Worker& worker, const KeyView& key, SteadyTime newer_than) {
    const SteadyTime now = worker.now();
    if (!worth_refreshing(key, now)) return;
    auto joined = flights_.join(key, {}, Priority::refresh, newer_than);
    if (!joined.led) return;
    metrics_.flights_led.add(worker.index());
    start(worker, std::move(joined.flight), now);
}

// Neither has its load just failed, nor is another process at it.
bool Loader::worth_refreshing(const KeyView& key, SteadyTime now) const {
    return !failed_recently(key, now) && !(remote_ && remote_->held_elsewhere.holds(key.hash, now));
}

void Loader::land_and_refresh(Worker& worker, Flight& flight, Landed stale, bool renewed,
                              FlightStart from) {
    std::shared_ptr<Flight> next;
    if (worth_refreshing(flight.key(), worker.now())) {
        const FreshnessLimits& limits = limits_of(options_, flight.kind);
        const Duration usable_for = stale.stale == StaleReason::revalidate
                                        ? limits.stale_while_revalidate
                                        : limits.stale_if_error;
        next = std::make_shared<Flight>(flight.key(), Priority::refresh, stale.value->origin_time(),
                                        kNever);
        next->meanwhile_until = stale.value->fresh_until() + usable_for;
        next->meanwhile.emplace(stale);
    }
    ValueRef known = stale.value;  // L1 may not keep it, and it can be revalidated all the same
    const bool attached = flights_.land(worker, flight, std::move(stale), renewed, next);
    if (!attached || !next) return;
    metrics_.flights_led.add(worker.index());
    start(worker, std::move(next), worker.now(), from, std::move(known));
}

void Loader::forget(Worker& worker, const KeyView& key) {
    flights_.invalidate(key);
    invalidated_.remember(key.hash, worker.now() + kConsistentFor);
    if (remote_) remote_->forget(key);
}

void Loader::count(unsigned worker, const Flight& flight, const Result<OriginAnswer>& answer) {
    StoreMetrics& metrics = metrics_.store_of(flight.kind);
    if (answer) {
        switch (answer->state) {
            case LoadState::found:
                metrics.found.add(worker);
                break;
            case LoadState::not_modified:
                metrics.not_modified.add(worker);
                break;
            case LoadState::absent:
                metrics.absent.add(worker);
                break;
        }
        return;
    }
    tell_failure(flight, answer.error());
    const Errc code = answer.error().code;
    if (code == Errc::too_large || code == Errc::corrupt) metrics_.fills_refused.add(worker);
    if (code == Errc::throttled) return metrics.throttled.add(worker);
    switch (answer_kind(code)) {
        case AnswerKind::late:
            metrics.late.add(worker);
            break;
        case AnswerKind::shed:
            metrics.shed.add(worker);
            break;
        default:
            metrics.error.add(worker);
            break;
    }
}

void Loader::tell_failure(const Flight& flight, const Error& error) {
    if (!log_) return;
    log_->warning("origin.load_failed",
                  {{"store", flight.kind == ValueKind::index_entry ? "index" : "objects"},
                   {"key", readable(flight.kind, flight.bytes)},
                   {"error", to_string(error)}});
}

}  // namespace aside::engine
