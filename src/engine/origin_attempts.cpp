// One load at its store, within what the guard allows: attempts, hedges, retries.

#include <algorithm>

#include "engine/origin_loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// A load that waited so long for its turn may have been made by another process.
constexpr Duration kLongWait = std::chrono::milliseconds(5);

Duration milliseconds(std::uint64_t amount) {
    constexpr std::uint64_t kMost = 60'000;  // a store that asks for more is asked again sooner
    return std::chrono::milliseconds(std::min(amount, kMost));
}

}  // namespace

Task<Result<OriginAnswer>> OriginLoader::load_guarded(Worker& worker, ValueKind kind,
                                                      std::string bytes, Ticket ticket,
                                                      OriginRequest request) {
    StoreGate& gate = gate_of(kind);
    const bool background = gate.queue.priority_of(*ticket) != Priority::client;
    const auto refusal = gate.guard.refuse(worker.now(), background, worker.random().unit());
    if (refusal) {
        gate.metrics.shed_failing.add(worker.index());
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*refusal).count();
        co_return fail(Error{Errc::overloaded, "too many loads failed lately",
                             static_cast<std::uint64_t>(ms)});
    }
    Result<OriginAnswer> answer = OriginAnswer{};
    bool stood_still = false;  // during the attempt before, for the first time
    for (unsigned retries = 0;; ++retries) {
        const SteadyTime asked = worker.now();
        const Result<void> entered =
            co_await gate.queue.enter(worker, ticket, 1, request.deadline, gate.guard.typical());
        // What the attempt before ended in says more than that there is no room for another.
        if (!entered && retries > 0) co_return answer;
        if (!entered) co_return fail(gate.turn_away(entered.error()));
        gate.metrics.queue_seconds.observe(worker.index(), worker.now() - asked);
        const bool waited = request.need && worker.now() - request.need->known_at() >= kLongWait;
        bool needed = true;
        if (waited) needed = co_await request.need->is_there_still(worker);
        if (!needed || request.stopped()) {
            gate.queue.leave(1, worker.now());
            co_return fail(Errc::cancelled, "nobody wants it any more");
        }
        const SteadyTime began = worker.now();
        answer = co_await attempt(worker, kind, bytes, request,
                                  retries == 0 ? AttemptKind::first : AttemptKind::retry);
        if (answer || !retry_may_help(answer.error().code)) co_return answer;
        // Not where it stood still for all the time there was: that would only take room.
        const bool once_more = gate.guard.thawed_since(began) && !stood_still &&
                               worker.now() + gate.guard.typical() < request.deadline;
        if (once_more) {
            stood_still = true;
            continue;
        }
        const auto again = retry_at(gate, worker, retries, answer.error(), request.deadline);
        if (!again) co_return answer;
        if (request.stop) {
            co_await request.stop->sleep_until(worker, *again);
        } else {
            co_await runtime::sleep_until(worker, *again);
        }
    }
}

// Nothing: not at all. Else it is taken from the budget.
std::optional<SteadyTime> OriginLoader::retry_at(StoreGate& gate, Worker& worker, unsigned retries,
                                                 const Error& error, SteadyTime deadline) {
    const bool throttled = error.code == Errc::throttled;
    const Duration wished = throttled ? milliseconds(error.amount) : Duration{};
    const SteadyTime again =
        worker.now() + std::max(gate.guard.backoff(retries, worker.random().unit()), wished);
    if (again + gate.guard.typical() >= deadline) return std::nullopt;
    if (!gate.guard.take_retry(worker.now())) return std::nullopt;
    return again;
}

// In the queue's room already. Ends by the attempt's timeout and the load's deadline, whatever the
// store does.
Task<Result<OriginAnswer>> OriginLoader::attempt(Worker& worker, ValueKind kind, std::string bytes,
                                                 OriginRequest request, AttemptKind how) {
    StoreGate& gate = gate_of(kind);
    const auto race = std::make_shared<OriginRace>(worker);
    auto last = std::make_shared<Running>(gate.guard.begin(worker.now(), how));
    SteadyTime hedge_at = kNever;
    if (gate.hedged) {
        const auto after = gate.guard.hedge_after();
        if (after) hedge_at = worker.now() + *after;
    }
    std::vector<std::shared_ptr<Running>> all{last};
    worker.spawn(run_attempt(worker, kind, bytes, request, race, last, how));
    std::optional<StopSignal::Listening> listening;
    if (request.stop) listening.emplace(*request.stop, [race] { race->stop(); });
    for (;;) {
        const SteadyTime give_up = std::min(request.deadline, last->attempt.give_up);
        co_await race->wait(std::min(give_up, hedge_at));
        const SteadyTime now = worker.now();
        if (request.stopped()) {
            for (const auto& running : all) note_end(gate, *running, now, Errc::cancelled);
        }
        if (race->over()) co_return std::move(*race->result());
        if (now >= give_up) break;
        if (now < hedge_at) continue;
        hedge_at = kNever;
        if (!gate.queue.try_enter(1)) continue;  // a hedge never waits, nor keeps anybody waiting
        if (!gate.guard.take_hedge(now)) {
            gate.queue.leave(1, now);
            continue;
        }
        last = std::make_shared<Running>(gate.guard.begin(now, AttemptKind::hedge));
        all.push_back(last);
        worker.spawn(run_attempt(worker, kind, bytes, request, race, last, AttemptKind::hedge));
    }
    race->give_up();
    for (const auto& running : all) note_end(gate, *running, worker.now(), Errc::timed_out);
    co_return fail(Errc::timed_out, "no answer in time");
}

// What it refers to is its own, or outlives every load: nobody may be waiting for it at its end.
Task<> OriginLoader::run_attempt(Worker& worker, ValueKind kind, std::string bytes,
                                 OriginRequest request, std::shared_ptr<OriginRace> race,
                                 std::shared_ptr<Running> running, AttemptKind how) {
    StoreGate& gate = gate_of(kind);
    const SteadyTime began = worker.now();
    gate.metrics.attempts[static_cast<std::size_t>(how)]->add(worker.index());
    request.deadline = std::min(request.deadline, running->attempt.give_up);
    race->begin();
    Result<OriginAnswer> answer = OriginAnswer{};
    if (kind == ValueKind::index_entry) {
        answer = co_await load_index(worker, std::move(bytes), std::move(request));
    } else {
        answer =
            co_await load_object(worker, reference_from_key(kind, bytes), std::move(request), race);
    }
    const SteadyTime now = worker.now();
    // A hedge that has lost was told to stop: how it ended says nothing.
    const bool stopped = race->over() && !answer;
    note_end(gate, *running, now,
             answer    ? std::optional<Errc>()
             : stopped ? Errc::cancelled
                       : answer.error().code);
    gate.leave(now);
    if (!gate.guard.thawed_since(began)) {
        gate.metrics.load_seconds.observe(worker.index(), now - began);
        gate.latency.note(now - began);
    }
    race->end(std::move(answer));
}

void OriginLoader::note_end(StoreGate& gate, Running& running, SteadyTime now,
                            std::optional<Errc> code) {
    if (std::exchange(running.noted, true)) return;
    const HealthSign sign = code ? health_sign(*code) : HealthSign::answered;
    gate.guard.note(running.attempt, now, sign, code == Errc::timed_out);
}

}  // namespace aside::engine
