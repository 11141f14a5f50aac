#include "redis/link/node_door.h"

#include <algorithm>

namespace aside::redis {

namespace {

constexpr Duration kFullPause = std::chrono::seconds(1);
constexpr Duration kFullPauseMin = std::chrono::milliseconds(100);  // below it there is none
constexpr Duration kTellEvery = std::chrono::seconds(1);
constexpr Duration kSeekEvery = std::chrono::milliseconds(50);
constexpr Duration kBreakOffEvery = std::chrono::seconds(1);

bool passed(SteadyTime since, Duration span, SteadyTime now) {
    return since == SteadyTime::min() || now - since >= span;
}

}  // namespace

// --- connections

bool NodeDoor::room(Part part) const {
    if (total_ >= limits_.connections) return false;
    return part == Part::essential || extras_ + limits_.essential < limits_.connections;
}

bool NodeDoor::has_room(Part part) const {
    const MutexLock lock(mutex_);
    return room(part);
}

bool NodeDoor::enter(Part part) {
    const MutexLock lock(mutex_);
    if (!room(part)) return false;
    ++total_;
    extras_ += part == Part::extra ? 1 : 0;
    return true;
}

void NodeDoor::leave(Part part) {
    const MutexLock lock(mutex_);
    --total_;
    extras_ -= part == Part::extra ? 1 : 0;
}

void NodeDoor::promote() {
    const MutexLock lock(mutex_);
    --extras_;
}

// --- dials

SteadyTime NodeDoor::turn(SteadyTime now) {
    const MutexLock lock(mutex_);
    if (pause_ > Duration::zero() && !passed(dialled_at_, pause_, now)) return dialled_at_ + pause_;
    dialled_at_ = std::max(dialled_at_, now);
    return now;
}

void NodeDoor::full(SteadyTime now) {
    const MutexLock lock(mutex_);
    pause_ = kFullPause;
    if (dialled_at_ == SteadyTime::min()) dialled_at_ = now;
}

bool NodeDoor::reached(SteadyTime now) {
    const MutexLock lock(mutex_);
    pause_ /= 2;
    if (pause_ < kFullPauseMin) pause_ = Duration::zero();
    if (waiting_ == 0 || !passed(told_at_, kTellEvery, now)) return false;
    told_at_ = now;
    return true;
}

bool NodeDoor::may_seek(SteadyTime now) {
    const MutexLock lock(mutex_);
    if (!passed(sought_at_, kSeekEvery, now)) return false;
    sought_at_ = now;
    return true;
}

void NodeDoor::wait_begins() {
    const MutexLock lock(mutex_);
    ++waiting_;
}

void NodeDoor::wait_ends() {
    const MutexLock lock(mutex_);
    --waiting_;
}

bool NodeDoor::may_break_off(SteadyTime now) {
    const MutexLock lock(mutex_);
    if (!passed(broke_off_at_, kBreakOffEvery, now)) return false;
    broke_off_at_ = now;
    return true;
}

std::shared_ptr<NodeDoor> NodeDoors::at(const runtime::Endpoint& endpoint) {
    const MutexLock lock(mutex_);
    const std::string name = to_string(endpoint);
    if (auto found = doors_[name].lock()) return found;
    std::erase_if(doors_, [](const auto& door) { return door.second.expired(); });
    auto door = std::make_shared<NodeDoor>(limits_);
    doors_[name] = door;
    return door;
}

}  // namespace aside::redis
