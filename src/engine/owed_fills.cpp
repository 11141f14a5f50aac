#include "engine/owed_fills.h"

namespace aside::engine {

namespace {

// A look at all of them: not for each that does not fit.
constexpr Duration kSweepEvery = std::chrono::seconds(1);

}  // namespace

bool OwedFills::add(Owed owed, SteadyTime now) {
    const Name name{owed.slot, owed.hash, owed.kind};
    MutexLock lock(mutex_);
    for (Entries* entries : {&waiting_, &ready_}) {
        const auto at = entries->find(name);
        if (at != entries->end()) forget(*entries, at);
    }
    if (!fits(owed) && now >= next_sweep_) forget_late(now);
    if (!fits(owed)) return false;
    entries_ += 1;
    bytes_ += owed.bytes.size();
    waiting_.emplace(name, std::move(owed));
    return true;
}

void OwedFills::drop(std::uint16_t slot, const KeyView& key) {
    const Name name{slot, key.hash, key.kind};
    MutexLock lock(mutex_);
    for (Entries* entries : {&waiting_, &ready_}) {
        const auto at = entries->find(name);
        if (at != entries->end()) forget(*entries, at);
    }
}

std::size_t OwedFills::writable(SlotRange slots) {
    MutexLock lock(mutex_);
    std::size_t moved = 0;
    auto at = waiting_.lower_bound({slots.first, 0, ValueKind::object});
    while (at != waiting_.end() && std::get<0>(at->first) <= slots.last) {
        ready_.insert(waiting_.extract(at++));
        ++moved;
    }
    return moved;
}

std::optional<OwedFills::Owed> OwedFills::take_ready(SteadyTime now) {
    MutexLock lock(mutex_);
    while (!ready_.empty()) {
        const auto first = ready_.begin();
        Owed owed = std::move(first->second);
        entries_ -= 1;
        bytes_ -= owed.bytes.size();
        ready_.erase(first);
        if (now < owed.until) return owed;
    }
    return std::nullopt;
}

bool OwedFills::any_ready() const {
    MutexLock lock(mutex_);
    return !ready_.empty();
}

bool OwedFills::fits(const Owed& owed) const {
    return entries_ < entries_max_ && bytes_ + owed.bytes.size() <= bytes_max_;
}

void OwedFills::forget_late(SteadyTime now) {
    next_sweep_ = now + kSweepEvery;
    for (Entries* entries : {&waiting_, &ready_}) {
        for (auto at = entries->begin(); at != entries->end();) {
            const auto one = at++;
            if (now >= one->second.until) forget(*entries, one);
        }
    }
}

void OwedFills::forget(Entries& from, Entries::iterator at) {
    entries_ -= 1;
    bytes_ -= at->second.bytes.size();
    from.erase(at);
}

}  // namespace aside::engine
