#include "runtime/os/timer_queue.h"

namespace aside::runtime {

void TimerQueue::place(std::uint32_t position, Entry entry) {
    heap_[position] = entry;
    entry.timer->position_ = position;
}

void TimerQueue::sift_up(std::uint32_t position) {
    const Entry moving = heap_[position];
    while (position > 0) {
        const std::uint32_t parent = (position - 1) / 2;
        if (heap_[parent].key <= moving.key) break;
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, moving);
}

void TimerQueue::sift_down(std::uint32_t position) {
    const Entry moving = heap_[position];
    const auto size = static_cast<std::uint32_t>(heap_.size());
    for (;;) {
        std::uint32_t child = 2 * position + 1;
        if (child >= size) break;
        if (child + 1 < size && heap_[child + 1].key < heap_[child].key) ++child;
        if (heap_[child].key >= moving.key) break;
        place(position, heap_[child]);
        position = child;
    }
    place(position, moving);
}

void TimerQueue::insert(OsTimer& timer, SteadyTime key) {
    heap_.push_back({key, &timer});
    sift_up(static_cast<std::uint32_t>(heap_.size() - 1));
}

void TimerQueue::remove(std::uint32_t position) {
    heap_[position].timer->position_ = OsTimer::kOutside;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) return;
    place(position, last);
    sift_up(position);
    sift_down(last.timer->position_);
}

void TimerQueue::run_due(SteadyTime now) {
    // A callback that arms its timer for a time already past is called again in the next turn, not
    // in this loop.
    for (std::size_t left = heap_.size(); left > 0 && next() <= now; --left) {
        OsTimer& timer = *heap_.front().timer;
        if (timer.when_ == kNever) {
            remove(0);
        } else if (timer.when_ > now) {
            heap_.front().key = timer.when_;
            sift_down(0);
        } else {
            remove(0);
            timer.when_ = kNever;
            timer.fired_();  // may destroy the timer
        }
    }
}

OsTimer::~OsTimer() {
    if (position_ != kOutside) queue_.remove(position_);
}

void OsTimer::arm(SteadyTime when) {
    when_ = when;
    if (position_ == kOutside) {
        if (when != kNever) queue_.insert(*this, when);
    } else if (when < queue_.heap_[position_].key) {
        queue_.heap_[position_].key = when;
        queue_.sift_up(position_);
    }
}

}  // namespace aside::runtime
