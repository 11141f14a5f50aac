// A flight from its first look to its landing.

#include <algorithm>
#include <optional>

#include "engine/freshness.h"
#include "engine/lease_hold.h"
#include "engine/loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

constexpr int kRenewalsInALease = 3;  // so that one may be late

}  // namespace

// Without a task, as long as none is needed: most flights end with what L2 says.
void Loader::start(Worker& worker, std::shared_ptr<Flight> flight, SteadyTime now, FlightStart from,
                   ValueRef known) {
    Plan plan;
    plan.known = std::move(known);
    plan.work = under_way_.begin(worker);
    flight->worker = &worker;
    const Next next = begin(worker, *flight, from, now, plan);
    if (next == Next::ask_l2) {
        FirstRead& read = flight->first_read.emplace(static_cast<FirstReadOwner&>(*this), worker,
                                                     flight, std::move(plan));
        remote_->tier.start_read(worker, read);
    } else if (next != Next::landed) {
        worker.spawn(go_on(worker, std::move(flight), std::move(plan), next));
    }
}

void Loader::first_read_done(FirstRead& read, const RemoteAnswer& answer) {
    const std::shared_ptr<Flight> flight = std::move(read.flight);  // `read` ends with it
    WorkUnderWay::Token work = std::move(read.plan.work);           // and this with what follows
    const Next next = heard(read.worker, *flight, answer, read.plan);
    if (next == Next::landed) return;
    read.plan.work = std::move(work);
    read.worker.spawn(go_on(read.worker, flight, std::move(read.plan), next));
}

Task<> Loader::run(Worker& worker, std::shared_ptr<Flight> flight, FlightStart from) {
    Plan plan;
    plan.work = under_way_.begin(worker);
    flight->worker = &worker;
    Next next = begin(worker, *flight, from, worker.now(), plan);
    if (next == Next::ask_l2) {
        const RemoteAnswer& answer =
            co_await read_remote(remote_->tier, worker, flight->remote_key(), plan.until);
        next = heard(worker, *flight, answer, plan);
    }
    if (next != Next::landed) co_await go_on(worker, std::move(flight), std::move(plan), next);
}

Task<> Loader::go_on(Worker& worker, std::shared_ptr<Flight> flight, Plan plan, Next next) {
    if (next == Next::lease) {
        next = co_await take_lease(worker, flight, plan, plan.asked);
        if (next == Next::landed) co_return;
    }
    co_await load_and_land(worker, std::move(flight), std::move(plan));
}

Loader::Next Loader::begin(Worker& worker, Flight& flight, FlightStart from, SteadyTime now,
                           Plan& plan) {
    ValueRef kept;
    ValueRef settled = second_look(worker, flight, now, kept);
    if (settled && from == FlightStart::look) {
        flights_.land(worker, flight, Landed{std::move(settled), Source::l1}, true);
        return Next::landed;
    }
    plan.asked = plan.looked_at = now;
    plan.deadline = now + options_.origin_deadline;
    plan.until = std::min(plan.deadline, flight.patience.load());
    if (kept || !plan.known) {
        plan.known = std::move(kept);
        plan.known_in_l1 = true;
    }
    plan.consistent = invalidated_.holds(flight.hash, now);
    if (!remote_ || !remote_->keeps(flight.kind)) return Next::origin;
    if (from <= FlightStart::ask_l2) return Next::ask_l2;
    if (from == FlightStart::lease) return Next::lease;
    plan.owe = true;
    plan.cold = from == FlightStart::origin_of_cold;
    return Next::origin;
}

Loader::Next Loader::heard(Worker& worker, Flight& flight, const RemoteAnswer& answer, Plan& plan) {
    if (let_go(worker, flight, plan)) return Next::landed;
    RemoteFound found = remote_->judge(worker, flight, answer, plan.known, plan.asked, true);
    return judge(worker, flight, std::move(found), plan);
}

// What L2 said, without suspending: the next step, or nothing more to do.
Loader::Next Loader::judge(Worker& worker, Flight& flight, RemoteFound found, Plan& plan) {
    if (found.verdict == Verdict::fresh) {
        flights_.land(
            worker, flight,
            Landed{std::move(found.value), Source::l2, StaleReason::none, std::move(found.where)},
            found.renewed);
        return Next::landed;
    }
    plan.cold = found.cold;
    if (found.verdict == Verdict::unknown) return judge_unknown(worker, flight, plan);
    const SteadyTime now = worker.now();
    if (plan.known && !plan.invalidated && usable(*plan.known, flight, now))
        plan.fallback = plan.known;
    if (found.verdict == Verdict::stale && flights_.followed(flight)) {
        Landed stale{std::move(found.value), Source::l2, StaleReason::revalidate,
                     std::move(found.where)};
        land_and_refresh(worker, flight, std::move(stale), found.renewed, FlightStart::lease);
        return Next::landed;
    }
    if (found.value &&
        (!plan.fallback || plan.fallback->origin_time() <= found.value->origin_time())) {
        plan.known = found.value;
        plan.known_in_l1 = plan.fallback_in_l1 = found.renewed;
        plan.fallback = std::move(found.value);
        plan.fallback_source = Source::l2;
        plan.where = std::move(found.where);
    }
    if (plan.fallback) flights_.offer(flight, plan.fallback);
    return Next::lease;
}

Loader::Next Loader::judge_unknown(Worker& worker, Flight& flight, Plan& plan) {
    plan.owe = true;
    const SteadyTime now = worker.now();
    const bool waited_for = flights_.followed(flight);
    if (!waited_for && flight.led_for == Priority::owed_fill) {
        if (plan.known) remote_->owe(worker, *plan.known);
        if (flights_.abandon(flight)) return Next::landed;
    }
    if (gains_nothing(flight, plan, now) && flights_.abandon(flight)) return Next::landed;
    if (!waited_for || plan.invalidated || !plan.known || !usable(*plan.known, flight, now))
        return Next::origin;
    const Freshness freshness = freshness_of(*plan.known, limits_of(options_, flight.kind), now);
    const bool stale = freshness != Freshness::fresh;
    Landed kept{plan.known, Source::l1, stale ? StaleReason::unknown : StaleReason::none};
    if (stale) {
        land_and_refresh(worker, flight, std::move(kept), true,
                         plan.cold ? FlightStart::origin_of_cold : FlightStart::origin);
    } else {
        flights_.land(worker, flight, std::move(kept), true);
    }
    return Next::landed;
}

// Warms what L1 holds fresh, and L2 cannot be filled.
bool Loader::gains_nothing(const Flight& flight, const Plan& plan, SteadyTime now) const {
    return flight.led_for == Priority::warm_up && plan.known && now < plan.known->fresh_until();
}

// While it waited for its turn another process may have filled L2.
struct Loader::NeedOfFlight final : LoadNeed {
    NeedOfFlight(Loader& of, Flight& flown, Plan& with) : loader(of), flight(flown), plan(with) {}
    SteadyTime known_at() const override { return plan.looked_at; }
    Task<bool> is_there_still(Worker& worker) override {
        landed = co_await loader.has_been_filled(worker, flight, plan, plan.deadline);
        co_return !landed;
    }
    Loader& loader;
    Flight& flight;
    Plan& plan;
    bool landed = false;
};

// Then the flight has landed, and its lease, if it has one, is given back.
Task<bool> Loader::has_been_filled(Worker& worker, Flight& flight, Plan& plan,
                                   SteadyTime deadline) {
    plan.looked_at = worker.now();
    const RemoteAnswer& answer =
        co_await read_remote(remote_->tier, worker, flight.remote_key(), deadline);
    RemoteFound found = remote_->judge(worker, flight, answer, plan.known, plan.looked_at, false);
    if (found.verdict != Verdict::fresh) co_return false;
    if (plan.lease != 0) remote_->tier.release_lease(worker, flight.remote_key(), plan.lease);
    judge(worker, flight, std::move(found), plan);
    co_return true;
}

Task<> Loader::load_and_land(Worker& worker, std::shared_ptr<Flight> flight, Plan plan) {
    if (let_go(worker, *flight, plan)) co_return;
    const SteadyTime asked = worker.now();
    if (plan.fallback && failed_recently(flight->key(), asked) &&
        usable(*plan.fallback, *flight, asked)) {
        if (plan.lease != 0) remote_->tier.release_lease(worker, flight->remote_key(), plan.lease);
        land_fallback(worker, *flight, plan, StaleReason::error);
        co_return;
    }
    std::optional<LeaseHold> hold;
    if (plan.lease != 0) {
        hold.emplace(worker, remote_->tier, flight->remote_key(), plan.lease,
                     plan.lease_lasts / kRenewalsInALease, flight, remote_->metrics.leases_lost);
    }
    NeedOfFlight need(*this, *flight, plan);
    // Where L2 could not say, it is not asked again with a place before the store taken.
    const bool looks_again = remote_ && remote_->keeps(flight->kind) && !plan.owe;
    OriginRequest request{.known = plan.known,
                          .consistent = plan.consistent,
                          .cold = plan.cold,
                          .gate = {flight, &flight->gate_ticket},
                          .stop = {flight, &flight->stop},
                          .need = looks_again ? &need : nullptr,
                          .deadline = plan.deadline};
    OriginLoader::Ticket ticket(flight, &flight->ticket);
    Result<OriginAnswer> answer = co_await origin_.load(worker, flight->kind, flight->bytes,
                                                        std::move(ticket), std::move(request));
    hold.reset();
    if (need.landed) co_return;
    if (!answer && let_go(worker, *flight, plan)) co_return;
    count(worker.index(), *flight, answer);
    bool renewed = false;
    LoadOutcome outcome = outcome_of(worker, *flight, plan, std::move(answer), asked, renewed);
    const bool loaded = outcome.has_value();
    // A load that only ended because the process ends, or stood still, says nothing about the next.
    if (!loaded && outcome.error().code != Errc::cancelled)
        failures_.remember(flight->hash, worker.now() + options_.failure_pause);
    const bool may_fall_back = !loaded && plan.fallback && stale_may_answer(outcome.error().code) &&
                               usable(*plan.fallback, *flight, worker.now());
    bool attached = false;
    if (may_fall_back) {
        land_fallback(worker, *flight, plan, StaleReason::error);
    } else {
        attached = flights_.land(worker, *flight, outcome, renewed);
    }
    if (remote_) after_load(worker, *flight, plan, outcome, attached);
}

LoadOutcome Loader::outcome_of(Worker& worker, const Flight& flight, const Plan& plan,
                               Result<OriginAnswer> answer, SteadyTime asked, bool& renewed) {
    if (!answer) return fail(answer.error());
    if (answer->state == LoadState::not_modified) {
        if (!plan.known)
            return fail(Errc::protocol, "the store confirmed a value that was not asked about");
        const SteadyTime now = worker.now();
        plan.known->renew(now, builder_.fresh_until(worker, flight.kind, false, now));
        plan.known->confirm(asked);
        renewed = plan.known_in_l1;
        return Landed{plan.known, Source::origin};
    }
    const std::uint16_t slot = remote_ ? remote_->tier.slot_of(flight.remote_key()) : 0;
    ValueRef value = builder_.from_origin(worker, flight.key(), *answer, asked, slot);
    if (!value) {
        metrics_.fills_no_memory.add(worker.index());
        return fail(Errc::full, "no memory for the value");
    }
    metrics_.fills_kept.add(worker.index());
    return Landed{std::move(value), Source::origin};
}

void Loader::land_fallback(Worker& worker, Flight& flight, const Plan& plan, StaleReason reason) {
    // It may be fresh, and only could not be confirmed.
    const Freshness freshness =
        freshness_of(*plan.fallback, limits_of(options_, flight.kind), worker.now());
    if (freshness == Freshness::fresh) reason = StaleReason::none;
    flights_.land(worker, flight, Landed{plan.fallback, plan.fallback_source, reason, plan.where},
                  plan.fallback_in_l1);
}

// May stand in for a better answer.
bool Loader::usable(const Value& value, const Flight& flight, SteadyTime now) const {
    return value.origin_time() > flight.newer_than &&
           freshness_of(value, limits_of(options_, flight.kind), now) != Freshness::expired;
}

ValueRef Loader::kept_value(Worker& worker, const KeyView& key) const {
    const ReadSection section(epochs_, worker.index());
    return ValueRef::share(memory_.peek(key));
}

// What L1 holds that answers after all, or null; `known`: what it holds in any case.
ValueRef Loader::second_look(Worker& worker, const Flight& flight, SteadyTime now,
                             ValueRef& known) const {
    const ReadSection section(epochs_, worker.index());
    const Value* const kept = memory_.peek(flight.key());
    known = ValueRef::share(kept);
    for (const Value* value : {kept, memory_.peek_absent(flight.key())}) {
        if (value && now < value->fresh_until() && value->origin_time() > flight.newer_than &&
            (!remote_ || remote_->validity.holds(*value, now))) {
            return ValueRef::share(value);
        }
    }
    return {};
}

}  // namespace aside::engine
