#include "engine/admission_queue.h"

#include <algorithm>
#include <bit>

namespace aside::engine {

void AdmissionQueue::Ticket::place(std::uint32_t n) {
    slice_ = std::min<std::uint32_t>(static_cast<std::uint32_t>(std::bit_width(n / kSliceLoads)),
                                     kSlices - 1);
}

AdmissionQueue::Enter AdmissionQueue::enter(runtime::Worker& worker, std::shared_ptr<Ticket> ticket,
                                            std::uint64_t weight, SteadyTime deadline,
                                            Duration expected) {
    return {*this, worker, std::move(ticket), weight, deadline, expected};
}

bool AdmissionQueue::try_enter(std::uint64_t weight) {
    MutexLock lock(mutex_);
    if (waiting_ > 0 || in_use_ + weight > capacity_) return false;
    in_use_ += weight;
    return true;
}

void AdmissionQueue::leave(std::uint64_t weight, SteadyTime now) {
    Enter* chain = nullptr;
    {
        MutexLock lock(mutex_);
        in_use_ -= weight;
        chain = admit(now);
    }
    resume_all(chain);
}

void AdmissionQueue::set_capacity(std::uint64_t capacity, SteadyTime now, std::uint64_t useful) {
    Enter* chain = nullptr;
    {
        MutexLock lock(mutex_);
        const bool more = capacity > capacity_;
        capacity_ = capacity;
        useful_ = useful;
        if (more) chain = admit(now);
    }
    resume_all(chain);
}

void AdmissionQueue::resume_all(Enter* chain) {
    while (chain) {
        Enter* const next = chain->after_;  // the waiter may be gone once its post is out
        chain->resume_by_post();
        chain = next;
    }
}

bool AdmissionQueue::start(Enter& waiter) {
    const SteadyTime now = waiter.worker_.now();
    // Armed first: once in the queue, another worker may let the waiter in before this function
    // ends.
    SteadyTime alarm = waiter.latest_;
    if (options_.standing > Duration{}) alarm = std::min(alarm, now + options_.patience);
    if (alarm != kNever && alarm > now) {
        waiter.timer_ = waiter.worker_.make_timer([this, &waiter] {
            if (time_out(waiter)) waiter.frame_.resume();
        });
        waiter.timer_->arm(alarm);
    }
    Enter* turned_away = nullptr;
    {
        MutexLock lock(mutex_);
        if (waiter.weight_ > capacity_) {
            waiter.result_ = fail(Errc::too_large, "more than the whole budget");
            return false;
        }
        if (nobody_before(waiter.ticket_->priority_) && in_use_ + waiter.weight_ <= capacity_) {
            in_use_ += waiter.weight_;
            return false;
        }
        if (waiter.latest_ <= now) {
            ++turned_away_.late;
            waiter.result_ = fail(Errc::deadline, "no room before the origin, and no time to wait");
            return false;
        }
        const Class& own = classes_[static_cast<std::size_t>(waiter.ticket_->priority_)];
        if (waiting_ >= queue_limit_ || (overloaded(own, now) && own.waiting >= useful_)) {
            ++turned_away_.full;
            turned_away = of_less_use(*waiter.ticket_, now);
            if (!turned_away) {
                waiter.result_ = fail(Errc::overloaded, "the queue before the origin is full");
                return false;
            }
            unlink(*turned_away);
            turned_away->result_ =
                fail(Errc::overloaded, "pushed out of the queue before the origin");
        }
        push(waiter, now);
    }
    if (turned_away) turned_away->resume_by_post();
    return true;
}

bool AdmissionQueue::time_out(Enter& waiter) {
    const SteadyTime now = waiter.worker_.now();
    Enter* chain = nullptr;
    {
        MutexLock lock(mutex_);
        if (waiter.ticket_->waiting_ != &waiter)
            return false;  // let in meanwhile: its post is on the way
        if (now >= waiter.latest_) {
            ++turned_away_.late;
            waiter.result_ = fail(Errc::deadline, "no room before the origin in time");
        } else if (overloaded(classes_[static_cast<std::size_t>(waiter.ticket_->priority_)], now)) {
            ++turned_away_.stood;
            waiter.result_ = fail(Errc::overloaded, "the queue before the origin stands");
        } else {
            // Slow, but it moves.
            if (waiter.latest_ != kNever) waiter.timer_->arm(waiter.latest_);
            return false;
        }
        unlink(waiter);
        chain = admit(now);  // a smaller one may have waited behind it
    }
    resume_all(chain);
    return true;
}

void AdmissionQueue::give_up(Ticket& ticket) {
    Enter* waiter = nullptr;
    Enter* chain = nullptr;
    {
        MutexLock lock(mutex_);
        waiter = ticket.waiting_;
        if (!waiter) return;
        waiter->result_ = fail(Errc::cancelled, "nobody wants it any more");
        unlink(*waiter);
        chain = admit(SteadyTime::min());  // a smaller one may have waited behind it
    }
    waiter->resume_by_post();
    resume_all(chain);
}

void AdmissionQueue::thawed(SteadyTime now) {
    MutexLock lock(mutex_);
    for (Class& one : classes_) one.since = std::max(one.since, now);
}

void AdmissionQueue::raise(Ticket& ticket, Priority priority) {
    Enter* chain = nullptr;
    {
        MutexLock lock(mutex_);
        if (priority >= ticket.priority_) return;
        Enter* const waiter = ticket.waiting_;
        if (!waiter) {
            ticket.priority_ = priority;
            return;
        }
        const SteadyTime since = classes_[static_cast<std::size_t>(ticket.priority_)].since;
        unlink(*waiter);
        ticket.priority_ = priority;
        push(*waiter, since);
        // What it waited behind may have wanted more room than it does.
        chain = admit(SteadyTime::min());
    }
    resume_all(chain);
}

void AdmissionQueue::push(Enter& waiter, SteadyTime now) {
    Class& of = classes_[static_cast<std::size_t>(waiter.ticket_->priority_)];
    if (of.waiting++ == 0) of.since = now;
    Line& line = of.lines[waiter.ticket_->slice_];
    waiter.before_ = line.last;
    waiter.after_ = nullptr;
    (line.last ? line.last->after_ : line.first) = &waiter;
    line.last = &waiter;
    waiter.ticket_->waiting_ = &waiter;
    ++waiting_;
}

void AdmissionQueue::unlink(Enter& waiter) {
    Class& of = classes_[static_cast<std::size_t>(waiter.ticket_->priority_)];
    --of.waiting;
    Line& line = of.lines[waiter.ticket_->slice_];
    (waiter.before_ ? waiter.before_->after_ : line.first) = waiter.after_;
    (waiter.after_ ? waiter.after_->before_ : line.last) = waiter.before_;
    waiter.before_ = waiter.after_ = nullptr;
    waiter.ticket_->waiting_ = nullptr;
    --waiting_;
}

AdmissionQueue::Enter* AdmissionQueue::of_less_use(const Ticket& than, SteadyTime now) {
    const auto own = static_cast<std::size_t>(than.priority_);
    for (std::size_t i = kPriorities; i-- > own;) {
        Class& of = classes_[i];
        const bool newest_first = overloaded(of, now);
        for (std::size_t slice = kSlices; slice-- > 0;) {
            if (i == own && slice < than.slice_) break;
            // Of its own kind only under overload, when it would be served before.
            if (i == own && slice == than.slice_ && !newest_first) break;
            Line& line = of.lines[slice];
            if (line.last) return newest_first ? line.first : line.last;
        }
    }
    return nullptr;
}

bool AdmissionQueue::nobody_before(Priority priority) const {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(priority); ++i) {
        if (classes_[i].waiting > 0) return false;
    }
    return true;
}

bool AdmissionQueue::overloaded(const Class& of, SteadyTime now) const {
    return options_.standing > Duration{} && of.waiting > 0 && now != SteadyTime::min() &&
           now - of.since >= options_.standing;
}

// Of a class in which somebody waits. Every second turn is the first slice's, every fourth the
// second's…: the trailing zeros of a counter. A slice that has nobody gives its turn to an earlier
// one, or else to a later one.
AdmissionQueue::Enter* AdmissionQueue::next_of(Class& of, SteadyTime now) {
    const auto turn = static_cast<std::size_t>(std::countr_zero(of.served + 1));
    std::size_t slice = std::min(turn, kSlices - 1);
    while (slice > 0 && !of.lines[slice].first) --slice;
    while (!of.lines[slice].first) ++slice;
    return overloaded(of, now) ? of.lines[slice].last : of.lines[slice].first;
}

AdmissionQueue::Enter* AdmissionQueue::admit(SteadyTime now) {
    Enter* first = nullptr;
    Enter* last = nullptr;
    for (Class& of : classes_) {
        while (of.waiting > 0) {
            Enter* const waiter = next_of(of, now);
            const bool late = waiter->latest_ < now;
            if (late) {
                ++turned_away_.late;
                waiter->result_ = fail(Errc::deadline, "no room before the origin in time");
            } else if (in_use_ + waiter->weight_ > capacity_) {
                // Lower priorities do not overtake one that waits for more room.
                return first;
            } else {
                in_use_ += waiter->weight_;
                ++of.served;
            }
            unlink(*waiter);
            (last ? last->after_ : first) = waiter;
            last = waiter;
        }
    }
    return first;
}

std::uint64_t AdmissionQueue::in_use() const {
    MutexLock lock(mutex_);
    return in_use_;
}

std::uint32_t AdmissionQueue::waiting() const {
    MutexLock lock(mutex_);
    return waiting_;
}

Priority AdmissionQueue::priority_of(const Ticket& ticket) const {
    MutexLock lock(mutex_);
    return ticket.priority_;
}

AdmissionQueue::TurnedAway AdmissionQueue::turned_away() const {
    MutexLock lock(mutex_);
    return turned_away_;
}

}  // namespace aside::engine
