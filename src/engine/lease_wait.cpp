// Who loads for the fleet: the lease, and waiting for who has it.
//
// A lease saves loads and guards nothing: who cannot have one, or has waited long enough, loads
// without. See "Leases" in docs/design/0003-read-path.md.

#include <algorithm>

#include "engine/loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// Between the read that missed and the lease another process may have loaded, filled and given its
// lease back, if that took longer than this. Then the winner looks again before it loads.
constexpr Duration kLookAgainAfter = std::chrono::milliseconds(2);
// So long L2 may be slow in saying who loads, before that is taken for nobody.
constexpr Duration kDoubtMax = std::chrono::milliseconds(200);

// L2 does not say who loads, or whether it is loaded. A moment of that is no reason to load what
// somebody else is loading.
class Doubt {
  public:
    void begin(SteadyTime now) { since_ = std::min(since_, now); }
    void end() { since_ = kNever; }
    bool bearable(SteadyTime now) {
        begin(now);
        return now - since_ < kDoubtMax;
    }

  private:
    SteadyTime since_ = kNever;
};

}  // namespace

Task<Loader::Next> Loader::take_lease(Worker& worker, std::shared_ptr<Flight> flight, Plan& plan,
                                      SteadyTime asked) {
    const LeaseAnswer lease = co_await remote_->tier.take_lease(worker, flight->remote_key(),
                                                                latest_start(*flight, plan));
    remote_->metrics.count(worker.index(), lease.state);
    heed_invalidation(lease, *flight, plan);
    switch (lease.state) {
        case LeaseState::won: {
            const Next next = co_await lease_won(worker, flight, plan, lease, asked);
            co_return next;
        }
        case LeaseState::unavailable:
            if (!lease.late) co_return without_lease(worker, *flight, plan);
            break;
        case LeaseState::held:
            break;
    }
    if (answer_without_waiting(worker, *flight, plan)) co_return Next::landed;
    const Next next = co_await wait_for_holder(worker, flight, plan, lease.late);
    co_return next;
}

// A load of our own that begins by then would still be in time: neither waiting for a lease nor
// L2's slowness in saying who has it may take longer.
SteadyTime Loader::latest_start(const Flight& flight, const Plan& plan) const {
    return plan.until - origin_.p95(flight.kind);
}

void Loader::heed_invalidation(const LeaseAnswer& lease, Flight& flight, Plan& plan) {
    if (!lease.recently_invalidated || plan.invalidated) return;
    plan.consistent = plan.invalidated = true;
    plan.fallback = {};
    flights_.offer(flight, {});
}

Task<Loader::Next> Loader::lease_won(Worker& worker, std::shared_ptr<Flight> flight, Plan& plan,
                                     LeaseAnswer lease, SteadyTime asked) {
    plan.lease = lease.token;
    plan.lease_lasts = lease.remaining;
    if (worker.now() - asked < kLookAgainAfter) co_return Next::origin;
    const bool filled =
        co_await has_been_filled(worker, *flight, plan, latest_start(*flight, plan));
    co_return filled ? Next::landed : Next::origin;
}

// L2 takes no fills, or did not say.
Loader::Next Loader::without_lease(Worker& worker, Flight& flight, Plan& plan) {
    plan.fill = flight.kind == ValueKind::versioned_object;
    plan.owe = !plan.fill;
    if (gains_nothing(flight, plan, worker.now()) && flights_.abandon(flight)) return Next::landed;
    if (flight.led_for == Priority::owed_fill && flights_.abandon(flight)) {
        if (plan.known) remote_->owe(worker, *plan.known);
        return Next::landed;
    }
    return Next::origin;
}

// Somebody else loads it: who waits for nothing better, or for nothing at all, is done.
bool Loader::answer_without_waiting(Worker& worker, Flight& flight, const Plan& plan) {
    const SteadyTime now = worker.now();
    if (flights_.abandon(flight)) {
        remote_->held_elsewhere.remember(flight.hash, now + options_.lease_poll_max);
        return true;
    }
    if (!plan.fallback || !usable(*plan.fallback, flight, now)) return false;
    land_fallback(worker, flight, plan, StaleReason::lease);
    return true;
}

Task<Loader::Next> Loader::wait_for_holder(Worker& worker, std::shared_ptr<Flight> flight,
                                           Plan& plan, bool late) {
    const SteadyTime began = worker.now();
    const auto poll_spread = static_cast<std::uint64_t>(
        std::max(options_.lease_poll_max - options_.lease_poll_min, Duration(1)).count());
    Next next = Next::origin;
    Doubt doubt;
    if (late) doubt.begin(began);
    for (;;) {
        const Duration nap =
            options_.lease_poll_min +
            Duration(static_cast<Duration::rep>(worker.random().below(poll_spread)));
        // Others may have joined, who have less time.
        plan.until = std::min(plan.until, flight->patience.load(std::memory_order_relaxed));
        const SteadyTime give_up = latest_start(*flight, plan);
        if (worker.now() + nap > give_up) {
            plan.fill = flight->kind == ValueKind::versioned_object;
            break;
        }
        co_await runtime::sleep_for(worker, nap);
        if (flights_.abandon(*flight)) {
            next = Next::landed;
            break;
        }
        const SteadyTime asked = worker.now();
        const RemoteAnswer& answer = co_await read_remote(
            remote_->tier, worker, flight->remote_key(), latest_start(*flight, plan));
        const bool silent =
            answer.state == RemoteState::unknown && answer.reason == UnknownReason::timed_out;
        if (silent && doubt.bearable(worker.now())) continue;
        plan.looked_at = asked;
        RemoteFound found = remote_->judge(worker, *flight, answer, plan.known, asked, false);
        next = judge(worker, *flight, std::move(found), plan);
        if (next != Next::lease) break;
        const LeaseAnswer lease = co_await remote_->tier.take_lease(worker, flight->remote_key(),
                                                                    latest_start(*flight, plan));
        heed_invalidation(lease, *flight, plan);
        if (lease.state == LeaseState::unavailable && doubt.bearable(worker.now())) continue;
        if (lease.state == LeaseState::held) {
            doubt.end();
            if (!answer_without_waiting(worker, *flight, plan)) continue;
            next = Next::landed;
            break;
        }
        remote_->metrics.count(worker.index(), lease.state);
        if (lease.state == LeaseState::won) {
            // Who held it has just filled, or failed: look again, however quick this was.
            next = co_await lease_won(worker, flight, plan, lease, began);
        } else {
            next = without_lease(worker, *flight, plan);
        }
        break;
    }
    remote_->metrics.lease_wait_seconds.observe(worker.index(), worker.now() - began);
    co_return next;
}

}  // namespace aside::engine
