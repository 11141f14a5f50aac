#include "origin/sqlite/write_turn.h"

namespace aside::origin {

WriteTurns::Entry WriteTurns::enter(runtime::Worker& worker, std::coroutine_handle<> frame) {
    const MutexLock lock(mutex_);
    if (!taken_) {
        taken_ = true;
        return Entry::has_turn;
    }
    if (waiting_.size() >= max_waiting_) return Entry::refused;
    waiting_.push_back({&worker, frame});
    return Entry::waits;
}

void WriteTurns::pass_on() {
    Waiting next{};
    {
        const MutexLock lock(mutex_);
        if (waiting_.empty()) {
            taken_ = false;
            return;
        }
        next = waiting_.front();
        waiting_.pop_front();
    }
    next.worker->post([frame = next.frame] { frame.resume(); });
}

}  // namespace aside::origin
