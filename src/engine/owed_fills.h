// Fills that L2 could not take when their value was loaded: which keys, not which bytes. What is
// filled later is what L1 then holds, or what the origin then says.
//
// Bounded in entries and in bytes of keys; what does not fit is not owed. An entry waits until its
// slot's owner takes fills again (`writable`), then it is ready to be taken. It is dropped when its
// key is invalidated, and when it is taken after `until`; when there is no room, those past it go.
//
// Thread rule: any thread; one mutex, a leaf.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/mutex.h"
#include "base/time.h"
#include "engine/cache_key.h"
#include "engine/ports/remote_tier.h"

namespace aside::engine {

class OwedFills {
  public:
    struct Owed {
        std::uint16_t slot = 0;
        ValueKind kind = ValueKind::object;
        std::uint64_t hash = 0;
        std::string bytes;
        SteadyTime until = kNever;  // of no use afterwards

        KeyView key() const { return {kind, hash, bytes}; }
    };

    OwedFills(std::uint32_t entries_max, std::uint64_t bytes_max)
        : entries_max_(entries_max), bytes_max_(bytes_max) {}

    // False: there is no room for it.
    bool add(Owed owed, SteadyTime now) ASIDE_EXCLUDES(mutex_);
    void drop(std::uint16_t slot, const KeyView& key) ASIDE_EXCLUDES(mutex_);
    // How many became ready.
    std::size_t writable(SlotRange slots) ASIDE_EXCLUDES(mutex_);
    // One that is ready; it is no longer owed.
    std::optional<Owed> take_ready(SteadyTime now) ASIDE_EXCLUDES(mutex_);

    // Owed in all, ready or not.
    std::uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }
    std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    bool any_ready() const ASIDE_EXCLUDES(mutex_);

  private:
    // Two keys of one kind under one hash take turns: one is forgotten, which costs a fill.
    using Name = std::tuple<std::uint16_t, std::uint64_t, ValueKind>;
    using Entries = std::map<Name, Owed>;
    void forget(Entries& from, Entries::iterator at) ASIDE_REQUIRES(mutex_);
    bool fits(const Owed& owed) const ASIDE_REQUIRES(mutex_);
    void forget_late(SteadyTime now) ASIDE_REQUIRES(mutex_);

    const std::uint64_t entries_max_;
    const std::uint64_t bytes_max_;
    std::atomic<std::uint64_t> entries_{0};  // written under the mutex
    std::atomic<std::uint64_t> bytes_{0};
    mutable Mutex mutex_;
    Entries waiting_ ASIDE_GUARDED_BY(mutex_);
    Entries ready_ ASIDE_GUARDED_BY(mutex_);
    SteadyTime next_sweep_ ASIDE_GUARDED_BY(mutex_){};
};

}  // namespace aside::engine
