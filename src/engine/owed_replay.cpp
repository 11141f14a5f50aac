// Owed fills are made good: a few at a time, after everybody who waits for an answer.
//
// A versioned value is filled as L1 holds it, where nothing is. Any other is refreshed like a stale
// one: whoever filled L2 first is right, else the lease is taken and the origin asked whether the
// value still stands, so that nothing that was invalidated meanwhile comes back.

#include "engine/loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

void Loader::slots_writable(Worker& worker, SlotRange slots) {
    if (remote_->owed.writable(slots) > 0) replay_owed(worker);
}

void Loader::replay_owed(Worker& worker) {
    while (!at_rest() && remote_->owed.any_ready()) {
        std::uint32_t running = replaying_.load();
        do {
            if (running >= options_.owed_fills_in_flight) return;
        } while (!replaying_.compare_exchange_weak(running, running + 1));
        worker.spawn(replay_run(worker));
    }
}

Task<> Loader::replay_run(Worker& worker) {
    const WorkUnderWay::Token work = under_way_.begin(worker);
    while (!at_rest()) {
        std::optional<OwedFills::Owed> owed = remote_->owed.take_ready(worker.now());
        if (!owed) break;
        co_await replay_one(worker, std::move(*owed));
        const auto spread = static_cast<std::uint64_t>(options_.owed_fills_spacing.count()) + 1;
        const auto nap = static_cast<Duration::rep>(worker.random().below(spread));
        co_await runtime::sleep_for(worker, Duration(nap));
    }
    replaying_.fetch_sub(1);
    replay_owed(worker);  // what became ready while this one was ending
}

Task<> Loader::replay_one(Worker& worker, OwedFills::Owed owed) {
    const ValueRef kept = kept_value(worker, owed.key());
    if (!kept) co_return;  // nothing to fill with, and nobody reads it here
    remote_->metrics.owed_replayed.add(worker.index());
    if (owed.kind == ValueKind::versioned_object) {
        co_await fill_remote(worker, kept, 0);
        co_return;
    }
    const auto joined = flights_.join(owed.key(), {}, Priority::owed_fill, SteadyTime::min());
    if (!joined.led) co_return;  // it is being loaded, and will be filled
    metrics_.flights_led.add(worker.index());
    co_await run(worker, joined.flight, FlightStart::ask_l2);
}

}  // namespace aside::engine
