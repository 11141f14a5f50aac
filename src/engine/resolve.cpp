// Finds a list of keys for one request: each in L1 if it may be answered from there, else through
// the key's flight. Every key resolves alone; the request waits until all have, or its time is up.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Task<> Engine::resolve(Worker& worker, std::span<const KeyView> keys, SteadyTime newer_than,
                       SteadyTime deadline, std::vector<Resolved>& resolved) {
    resolved.clear();
    resolved.resize(keys.size());
    std::vector<Waiting> waiting;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        Waiting wait{.position = i, .slot = 0, .stale = {}, .flight = nullptr};
        if (!settle_from_l1(worker, keys[i], newer_than, resolved[i], wait.stale))
            waiting.push_back(std::move(wait));
    }
    if (waiting.empty()) co_return;

    const auto gather = std::make_shared<Gather>(worker);
    for (Waiting& wait : waiting) wait.slot = gather->add_slot();
    for (Waiting& wait : waiting) {
        // What L1 holds was not good enough: only something newer ends the wait.
        const SteadyTime seen = wait.stale ? wait.stale->origin_time() : SteadyTime::min();
        wait.flight = loader_.load(worker, keys[wait.position], {gather, wait.slot},
                                   std::max(seen, newer_than));
    }
    const SteadyTime began = worker.now();
    co_await gather->wait(deadline);
    metrics_.gather_seconds.observe(worker.index(), worker.now() - began);
    for (Waiting& wait : waiting) {
        const LoadOutcome* const outcome = gather->outcome(wait.slot);
        if (!outcome) flights_.leave(*wait.flight, *gather);
        settle_from_flight(worker, outcome, wait, resolved[wait.position]);
    }
}

// False: the origin must be asked; `stale` is what may be answered if it fails.
bool Engine::settle_from_l1(Worker& worker, const KeyView& key, SteadyTime newer_than,
                            Resolved& resolved, ValueRef& stale) {
    const ReadSection section(epochs_, worker.index());
    const SteadyTime now = worker.now();
    const Value* const value = memory_.peek(key);
    if (value && value->origin_time() > newer_than) {
        const Freshness freshness = freshness_of(*value, limits_of(key.kind), now);
        const bool failing =
            freshness == Freshness::stale_error && loader_.failed_recently(key, now);
        if (freshness <= Freshness::stale_revalidate || failing) {
            if (failing) {
                memory_.note_access(worker.index(), *value);
                metrics_.l1_stale.add(worker.index());
                metrics_.stale_error.add(worker.index());
            } else {
                note_hit(worker, *value, freshness);
            }
            resolved.value = ValueRef::share(value);
            resolved.stale = freshness != Freshness::fresh;
            return true;
        }
        if (freshness == Freshness::stale_error) stale = ValueRef::share(value);
    }
    const Value* const absent = memory_.find_absent(worker.index(), key);
    if (absent && now < absent->fresh_until() && absent->origin_time() > newer_than) {
        metrics_.l1_absent.add(worker.index());
        resolved.value = ValueRef::share(absent);
        return true;
    }
    metrics_.l1_miss.add(worker.index());
    return false;
}

void Engine::settle_from_flight(Worker& worker, const LoadOutcome* outcome, Waiting& waiting,
                                Resolved& resolved) {
    resolved.source = Source::origin;
    if (outcome && *outcome) {
        resolved.value = **outcome;
        (resolved.absent() ? metrics_.origin_absent : metrics_.origin_hit).add(worker.index());
        return;
    }
    metrics_.origin_error.add(worker.index());
    if (waiting.stale && (!outcome || stale_may_answer(outcome->error().code))) {
        (outcome ? metrics_.stale_error : metrics_.stale_late).add(worker.index());
        resolved.value = std::move(waiting.stale);
        resolved.source = Source::l1;
        resolved.stale = true;
        return;
    }
    resolved.value =
        outcome ? fail(outcome->error()) : fail(Errc::deadline, "the request's time ran out");
}

}  // namespace aside::engine
