#include "engine/admission_queue.h"

namespace aside::engine {

AdmissionQueue::Enter AdmissionQueue::enter(runtime::Worker& worker, std::shared_ptr<Ticket> ticket,
                                            std::uint64_t weight, SteadyTime deadline) {
    return {*this, worker, std::move(ticket), weight, deadline};
}

bool AdmissionQueue::try_enter(std::uint64_t weight) {
    MutexLock lock(mutex_);
    if (waiting_ > 0 || in_use_ + weight > capacity_) return false;
    in_use_ += weight;
    return true;
}

void AdmissionQueue::leave(std::uint64_t weight) {
    Enter* admitted = nullptr;
    {
        MutexLock lock(mutex_);
        in_use_ -= weight;
        admitted = admit();
    }
    resume_all(admitted);
}

void AdmissionQueue::resume_all(Enter* chain) {
    while (chain) {
        Enter* const next = chain->after_;  // the waiter may be gone once its post is out
        chain->resume_by_post();
        chain = next;
    }
}

bool AdmissionQueue::start(Enter& waiter) {
    // Armed first: once in the queue, another worker may let the waiter in before this function
    // ends.
    if (waiter.deadline_ != kNever) {
        waiter.timer_ = waiter.worker_.make_timer([this, &waiter] {
            if (time_out(waiter)) waiter.frame_.resume();
        });
        waiter.timer_->arm(waiter.deadline_);
    }
    Enter* turned_away = nullptr;
    {
        MutexLock lock(mutex_);
        const Priority priority = waiter.ticket_->priority_;
        if (waiter.weight_ > capacity_) {
            waiter.result_ = fail(Errc::too_large, "more than the whole budget");
            return false;
        }
        if (nobody_before(priority) && in_use_ + waiter.weight_ <= capacity_) {
            in_use_ += waiter.weight_;
            return false;
        }
        if (waiting_ >= queue_limit_) {
            turned_away = last_below(priority);
            if (!turned_away) {
                waiter.result_ = fail(Errc::overloaded, "the queue before the origin is full");
                return false;
            }
            unlink(*turned_away);
            turned_away->result_ =
                fail(Errc::overloaded, "pushed out of the queue before the origin");
        }
        push(waiter);
    }
    if (turned_away) turned_away->resume_by_post();
    return true;
}

bool AdmissionQueue::time_out(Enter& waiter) {
    Enter* admitted = nullptr;
    {
        MutexLock lock(mutex_);
        if (waiter.ticket_->waiting_ != &waiter)
            return false;  // let in meanwhile: its post is on the way
        unlink(waiter);
        waiter.result_ = fail(Errc::deadline, "no room before the origin in time");
        admitted = admit();  // a smaller one may have waited behind it
    }
    resume_all(admitted);
    return true;
}

void AdmissionQueue::raise(Ticket& ticket, Priority priority) {
    Enter* admitted = nullptr;
    {
        MutexLock lock(mutex_);
        if (priority >= ticket.priority_) return;
        Enter* const waiter = ticket.waiting_;
        if (waiter) unlink(*waiter);
        ticket.priority_ = priority;
        if (!waiter) return;
        push(*waiter);
        admitted = admit();  // what it waited behind may have wanted more room than it does
    }
    resume_all(admitted);
}

void AdmissionQueue::push(Enter& waiter) {
    Line& line = lines_[static_cast<std::size_t>(waiter.ticket_->priority_)];
    waiter.before_ = line.last;
    waiter.after_ = nullptr;
    (line.last ? line.last->after_ : line.first) = &waiter;
    line.last = &waiter;
    waiter.ticket_->waiting_ = &waiter;
    ++waiting_;
}

void AdmissionQueue::unlink(Enter& waiter) {
    Line& line = lines_[static_cast<std::size_t>(waiter.ticket_->priority_)];
    (waiter.before_ ? waiter.before_->after_ : line.first) = waiter.after_;
    (waiter.after_ ? waiter.after_->before_ : line.last) = waiter.before_;
    waiter.before_ = waiter.after_ = nullptr;
    waiter.ticket_->waiting_ = nullptr;
    --waiting_;
}

AdmissionQueue::Enter* AdmissionQueue::last_below(Priority priority) {
    for (std::size_t i = kPriorities; i-- > static_cast<std::size_t>(priority) + 1;) {
        if (lines_[i].last) return lines_[i].last;
    }
    return nullptr;
}

bool AdmissionQueue::nobody_before(Priority priority) const {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(priority); ++i) {
        if (lines_[i].first) return false;
    }
    return true;
}

AdmissionQueue::Enter* AdmissionQueue::admit() {
    Enter* first = nullptr;
    Enter* last = nullptr;
    for (Line& line : lines_) {
        while (line.first && in_use_ + line.first->weight_ <= capacity_) {
            Enter* const waiter = line.first;
            unlink(*waiter);
            in_use_ += waiter->weight_;
            (last ? last->after_ : first) = waiter;
            last = waiter;
        }
        if (line.first) break;  // lower priorities do not overtake one that waits for more room
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

}  // namespace aside::engine
