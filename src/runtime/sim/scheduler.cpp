#include "runtime/sim/scheduler.h"

#include <algorithm>
#include <tuple>

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
    static const Ticket kNone;
    push({std::max(when, now_), false, random_.next(), next_number_++, context, kind, false, kNone,
          std::move(call)});
}

void Scheduler::at(SteadyTime when, int context, EventKind kind, Callback call,
                   const Ticket& ticket) {
    push({std::max(when, now_), false, random_.next(), next_number_++, context, kind, true,
          ticket.copy(), std::move(call)});
}

SteadyTime Scheduler::next_due() {
    while (!heap_.empty() && heap_.front().has_ticket && !heap_.front().ticket.valid()) pop();
    return heap_.empty() ? kNever : heap_.front().due;
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
    while (!heap_.empty()) {
        const auto dropped = std::move(heap_);
        heap_.clear();
    }
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
