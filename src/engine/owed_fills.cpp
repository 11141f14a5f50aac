#include "engine/owed_fills.h"

namespace aside::engine {

bool OwedFills::add(Owed owed) {
    const Name name{owed.slot, owed.hash, owed.kind};
    MutexLock lock(mutex_);
    for (Entries* entries : {&waiting_, &ready_}) {
        const auto at = entries->find(name);
        if (at != entries->end()) forget(*entries, at);
    }
    if (entries_ + 1 > entries_max_ || bytes_ + owed.bytes.size() > bytes_max_) return false;
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

void OwedFills::forget(Entries& from, Entries::iterator at) {
    entries_ -= 1;
    bytes_ -= at->second.bytes.size();
    from.erase(at);
}

}  // namespace aside::engine
