#include "runtime/sim/scheduler.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/hash.h"

namespace aside::runtime {

bool Scheduler::later(const Event& a, const Event& b) {
    return std::tie(a.due, a.late_timer, a.tie, a.number) >
           std::tie(b.due, b.late_timer, b.tie, b.number);
}

void Scheduler::push(Event event) {
    heap_.push_back(std::move(event));
    std::ranges::push_heap(heap_, later);
}

Scheduler::Event Scheduler::pop() {
    std::ranges::pop_heap(heap_, later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    return event;
}

void Scheduler::at(SteadyTime when, int context, EventKind kind, Callback call) {
    static const Ticket none;
    push({std::max(when, now_), false, random_.next(), next_number_++, context, kind, false, none,
          std::move(call)});
}

void Scheduler::at(SteadyTime when, int context, EventKind kind, Callback call,
                   const Ticket& ticket) {
    push({std::max(when, now_), false, random_.next(), next_number_++, context, kind, true,
          ticket.copy(), std::move(call)});
}

SteadyTime Scheduler::next_due() {
    while (!heap_.empty()) {
        const Event& next = heap_.front();
        if (next.has_ticket && !next.ticket.valid()) {
            pop();
        } else if (held(next.context)) {
            held_.push_back(pop());
        } else {
            return next.due;
        }
    }
    return kNever;
}

void Scheduler::step() {
    Event event = pop();
    now_ = event.due;
    context_ = event.context;
    ++events_run_;
    trace_hash_ =
        hash_combine(trace_hash_, static_cast<std::uint64_t>(now_.time_since_epoch().count()));
    trace_hash_ =
        hash_combine(trace_hash_, (event.number << 8) | static_cast<std::uint64_t>(event.kind));
    event.call();
    context_ = kOutside;
}

void Scheduler::advance_to(SteadyTime when) {
    now_ = std::max(now_, when);
}

void Scheduler::drop_all() {
    while (!heap_.empty() || !held_.empty()) {
        const auto dropped = std::exchange(heap_, {});
        const auto dropped_too = std::exchange(held_, {});
    }
}

// --- processes that stand still

bool Scheduler::held(int context) const {
    return std::ranges::any_of(held_threads_, [&](Threads one) { return one.has(context); });
}

void Scheduler::hold(Threads threads) {
    held_threads_.push_back(threads);
}

void Scheduler::shift_timer(Event& event, Duration by) const {
    event.due += by;
    if (event.due > now_) return;
    event.due = now_;
    event.late_timer = true;
}

void Scheduler::let_go(Threads threads, Duration stood) {
    std::erase_if(held_threads_, [&](Threads one) { return one.first == threads.first; });
    const auto others = std::ranges::partition(
        held_, [&](const Event& event) { return !threads.has(event.context); });
    for (Event& event : others) {
        if (event.kind != EventKind::timer) event.due = now_;
        heap_.push_back(std::move(event));
    }
    held_.erase(others.begin(), others.end());
    shift_timers(threads, stood);
}

void Scheduler::shift_timers(Threads threads, Duration by) {
    for (Event& event : heap_) {
        if (event.kind == EventKind::timer && threads.has(event.context)) shift_timer(event, by);
    }
    std::ranges::make_heap(heap_, later);
}

void Scheduler::stall(Duration span) {
    now_ += span;
    for (auto& event : heap_) {
        if (event.due > now_) continue;
        event.due = now_;
        event.late_timer = event.kind == EventKind::timer;
    }
    std::ranges::make_heap(heap_, later);
}

}  // namespace aside::runtime
