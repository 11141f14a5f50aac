#include "engine/remote_cache.h"

#include <algorithm>

#include "engine/index_entry.h"
#include "engine/portable_index.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// Two steady times that went through wall clocks are not told apart more closely than this.
constexpr Duration kWallSlack = std::chrono::milliseconds(100);
// A word of the origin that lies further in the future was written, or is read, with a wrong clock.
constexpr Duration kSkewMax = std::chrono::seconds(2);

bool newer(SteadyTime origin_time, SteadyTime than) {
    return than == SteadyTime::min() || origin_time > than + kWallSlack;
}

}  // namespace

RemoteCache::RemoteCache(const EngineOptions& options, ValueBuilder& builder, RemoteTier& remote,
                         telemetry::Registry& registry)
    : validity(options.l1_max_age, options.jitter),
      tier(remote),
      metrics(registry),
      owed(options.owed_fills_max, options.owed_fills_max_bytes),
      options_(options),
      builder_(builder) {}

RemoteFound RemoteCache::judge(Worker& worker, const Flight& flight, const RemoteAnswer& answer,
                               const ValueRef& known, SteadyTime asked, bool first) {
    RemoteFound found;
    switch (answer.state) {
        case RemoteState::hit:
            found = judge_hit(worker, flight, answer, known, asked, first);
            break;
        case RemoteState::miss:
            found.verdict = Verdict::miss;
            found.cold = answer.shard_cold;
            if (found.cold && !cold_noticed.load(std::memory_order_relaxed)) cold_noticed = true;
            if (first) metrics.count(worker.index(), reason_of(flight, answer, worker.now()));
            break;
        case RemoteState::unknown:
            found = no_value(worker, answer.reason, first);
            found.cold = answer.shard_cold;
            break;
    }
    if (flight.explain.load(std::memory_order_relaxed) && !answer.node.empty())
        found.where = std::string(answer.node) + " slot " + std::to_string(answer.slot);
    return found;
}

RemoteFound RemoteCache::judge_hit(Worker& worker, const Flight& flight, const RemoteAnswer& hit,
                                   const ValueRef& known, SteadyTime asked, bool first) {
    const SteadyTime now = hit.heard_at != SteadyTime{} ? hit.heard_at : worker.now();
    const WallTime wall_now = worker.wall_now();
    SteadyTimes times = builder_.times_of(flight.kind, hit, now, wall_now);
    const FreshnessLimits& limits = limits_of(options_, flight.kind);
    if (freshness_of(times.fresh_until, hit.absent, limits, now) == Freshness::expired) {
        if (first) metrics.count(worker.index(), MissReason::expired);
        return {.verdict = Verdict::miss, .value = {}, .where = {}};
    }
    const bool index_entry = flight.kind == ValueKind::index_entry && !hit.absent;
    const bool same = known && !hit.absent && !known->absent() &&
                      known->validator() == hit.validator &&
                      (index_entry ? is_portable_index(IndexEntry(known->body()), hit.body)
                                   : known->body() == hit.body);
    std::string_view body = hit.body;
    std::optional<std::string> index;
    if (index_entry && !same) {
        index = builder_.index_from_remote(hit.body, known.get());
        if (!index) return no_value(worker, UnknownReason::mismatch, first);
        body = *index;
    }
    if (!same && hit.unchecked && options_.check_body && !options_.check_body(body))
        return no_value(worker, UnknownReason::mismatch, first);
    if (same && hit.origin_time > wall_now + kSkewMax) {
        // A clock is wrong, and each look at the same old word would make it look new.
        times = {known->origin_time(), known->fresh_until()};
    } else if (same) {
        // What L1 has is what the fleet has: it stays, and the later word of the origin counts.
        times = {std::max(known->origin_time(), times.origin_time),
                 std::max(known->fresh_until(), times.fresh_until)};
    }
    const Freshness freshness = freshness_of(times.fresh_until, hit.absent, limits, now);
    RemoteFound found;
    if (!newer(times.origin_time, flight.newer_than)) {
        found.verdict = Verdict::fallback;
    } else {
        found.verdict = freshness == Freshness::fresh              ? Verdict::fresh
                        : freshness == Freshness::stale_revalidate ? Verdict::stale
                                                                   : Verdict::fallback;
    }
    if (same) {
        known->renew(times.origin_time, times.fresh_until);
        known->confirm(asked);
        found.value = known;
        found.renewed = true;
    } else {
        found.value = builder_.from_remote(flight.key(), hit, body, times, asked);
        if (!found.value) return no_value(worker, UnknownReason::queue_full, first);
    }
    if (first) {
        telemetry::Counter& counter = hit.absent                      ? metrics.absent
                                      : freshness == Freshness::fresh ? metrics.hit
                                                                      : metrics.stale;
        counter.add(worker.index());
    }
    return found;
}

RemoteFound RemoteCache::no_value(Worker& worker, UnknownReason reason, bool first) {
    if (first) metrics.count(worker.index(), reason);
    return {.verdict = Verdict::unknown, .value = {}, .where = {}};
}

MissReason RemoteCache::reason_of(const Flight& flight, const RemoteAnswer& answer,
                                  SteadyTime now) const {
    if (answer.slot_moving) return MissReason::during_migration;
    if (answer.shard_cold) return MissReason::cold_shard;
    return filled.reason_of(flight.hash, now);
}

Duration RemoteCache::keep_for(Worker& worker, const Value& value) const {
    const SteadyTime now = worker.now();
    if (value.absent()) return value.fresh_until() - now;
    const auto jittered = [&](Duration span) {
        const double part = 1.0 - options_.jitter * worker.random().unit();
        return Duration(static_cast<Duration::rep>(static_cast<double>(span.count()) * part));
    };
    if (value.kind() == ValueKind::versioned_object) return jittered(options_.remote_versioned_ttl);
    return value.fresh_until() - now + jittered(limits_of(options_, value.kind()).stale_if_error);
}

Task<FillState> RemoteCache::fill(Worker& worker, ValueRef value, LeaseToken lease) {
    const Duration span = keep_for(worker, *value);
    RemoteFill fill{.value = builder_.for_remote(value),
                    .lease = lease,
                    .only_if_absent = lease == 0,
                    .keep_for = span};
    if (span <= Duration{} || !fill.value) {
        if (lease != 0) tier.release_lease(worker, RemoteKey{value->kind(), value->key()}, lease);
        co_return FillState::dropped;
    }
    filling.fetch_add(1, std::memory_order_relaxed);
    const FillState state = co_await tier.fill(worker, std::move(fill));
    filling.fetch_sub(1, std::memory_order_relaxed);
    metrics.count(worker.index(), state);
    if (state == FillState::stored) filled.filled(value->key_hash(), worker.now() + span);
    co_return state;
}

void RemoteCache::owe(Worker& worker, const Value& value) {
    if (value.absent()) return;  // it is over before anybody could ask
    const bool added = owed.add({.slot = value.slot(),
                                 .kind = value.kind(),
                                 .hash = value.key_hash(),
                                 .bytes = std::string(value.key()),
                                 .until = value.fresh_until()},
                                worker.now());
    (added ? metrics.owed_added : metrics.owed_no_room).add(worker.index());
}

void RemoteCache::forget(const KeyView& key) {
    filled.invalidated(key.hash);
    if (owed.entries() > 0) owed.drop(tier.slot_of({key.kind, key.bytes}), key);
}

}  // namespace aside::engine
