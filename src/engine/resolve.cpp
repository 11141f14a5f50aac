// Finds a list of keys for one request: each in L1 if it may be answered from there, else through
// the key's flight. Every key resolves alone; the request waits until all have, or its time is up.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Task<> Engine::resolve(Worker& worker, std::span<const KeyView> keys, Loader::Wish wish,
                       std::vector<Resolved>& resolved) {
    resolved.clear();
    resolved.resize(keys.size());
    std::vector<Waiting> waiting;
    const SteadyTime began = worker.now();
    {
        const ReadSection all(epochs_, worker.index());  // entering one for each key costs more
        for (std::uint32_t i = 0; i < keys.size(); ++i) {
            Waiting wait{.position = i, .slot = 0, .stale = {}, .flight = nullptr};
            if (settle_from_l1(worker, keys[i], wish.newer_than, began, resolved[i], wait.stale))
                continue;
            if (waiting.empty()) waiting.reserve(keys.size() - i);
            waiting.push_back(std::move(wait));
        }
    }
    if (waiting.empty()) co_return;

    const auto gather = std::make_shared<Gather>(worker, waiting.size());
    for (Waiting& wait : waiting) wait.slot = gather->add_slot();
    for (Waiting& wait : waiting)
        wait.flight = loader_.load(worker, keys[wait.position], {gather, wait.slot}, wish, began);
    co_await gather->wait(wish.deadline);
    metrics_.gather_seconds.observe(worker.index(), worker.now() - began);
    for (Waiting& wait : waiting) {
        LoadOutcome* const outcome = gather->outcome(wait.slot);
        if (!outcome) {
            ValueRef offered = flights_.leave(*wait.flight, *gather);
            if (!wait.stale) wait.stale = std::move(offered);
        }
        Resolved& settled = resolved[wait.position];
        settle_from_flight(worker, outcome, wait, settled);
        if (settled.value && *settled.value) note_read(worker, **settled.value);
    }
}

// False: L2 or the origin must be asked; `stale` is what may be answered if they fail.
bool Engine::settle_from_l1(Worker& worker, const KeyView& key, SteadyTime newer_than,
                            SteadyTime now, Resolved& resolved, ValueRef& stale) {
    const ReadSection section(epochs_, worker.index());
    const Value* const value = memory_.peek(key);
    if (value && value->origin_time() > newer_than) {
        const Freshness freshness = freshness_of(*value, limits_of(key.kind), now);
        const bool is_valid = valid(*value, now);
        const bool failing =
            freshness == Freshness::stale_error && loader_.failed_recently(key, now);
        if (is_valid && (freshness <= Freshness::stale_revalidate || failing)) {
            if (failing) {
                memory_.note_access(worker.index(), *value);
                note_read(worker, *value);
                metrics_.l1_stale.add(worker.index());
                metrics_.stale_error.add(worker.index());
            } else {
                note_hit(worker, *value, freshness);
            }
            resolved.value = ValueRef::share(value);
            resolved.stale = freshness != Freshness::fresh;
            return true;
        }
        if (freshness != Freshness::expired) stale = ValueRef::share(value);
    }
    const Value* const absent = memory_.find_absent(worker.index(), key);
    if (absent && now < absent->fresh_until() && absent->origin_time() > newer_than &&
        valid(*absent, now)) {
        metrics_.l1_absent.add(worker.index());
        resolved.value = ValueRef::share(absent);
        return true;
    }
    metrics_.l1_miss.add(worker.index());
    return false;
}

void Engine::settle_from_flight(Worker& worker, LoadOutcome* outcome, Waiting& waiting,
                                Resolved& resolved) {
    resolved.source = Source::origin;
    if (outcome && *outcome) {
        Landed& landed = **outcome;
        count_answered(worker, landed);
        resolved.source = landed.source;
        resolved.stale = landed.stale != StaleReason::none;
        resolved.value = std::move(landed.value);
        resolved.where = std::move(landed.where);
        return;
    }
    metrics_.origin_error.add(worker.index());
    if (waiting.stale && (!outcome || stale_may_answer(outcome->error().code))) {
        const Freshness freshness =
            freshness_of(*waiting.stale, limits_of(waiting.stale->kind()), worker.now());
        resolved.stale = freshness != Freshness::fresh;  // it may only have been unchecked
        if (resolved.stale)
            (outcome ? metrics_.stale_error : metrics_.stale_late).add(worker.index());
        resolved.value = std::move(waiting.stale);
        resolved.source = Source::l1;
        return;
    }
    resolved.value =
        outcome ? fail(outcome->error()) : fail(Errc::deadline, "the request's time ran out");
}

// What L2 answered was counted by the flight, once for all who wait.
void Engine::count_answered(Worker& worker, const Landed& landed) {
    const unsigned index = worker.index();
    if (landed.source == Source::origin) {
        (landed.value->absent() ? metrics_.origin_absent : metrics_.origin_hit).add(index);
    } else if (landed.source == Source::l1) {
        telemetry::Counter& counter = landed.value->absent()              ? metrics_.l1_absent
                                      : landed.stale == StaleReason::none ? metrics_.l1_hit
                                                                          : metrics_.l1_stale;
        counter.add(index);
    }
    count_stale(worker, landed.stale);
}

void Engine::count_stale(Worker& worker, StaleReason reason) {
    const unsigned index = worker.index();
    switch (reason) {
        case StaleReason::none:
            return;
        case StaleReason::revalidate:
            metrics_.stale_revalidate.add(index);
            return;
        case StaleReason::error:
            metrics_.stale_error.add(index);
            return;
        case StaleReason::unknown:
            remote_->metrics.stale_unknown.add(index);
            return;
        case StaleReason::lease:
            remote_->metrics.stale_lease.add(index);
            return;
    }
}

}  // namespace aside::engine
