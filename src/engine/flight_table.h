// Flights: one load in progress per key for the whole process, joined by every other request for
// that key.
//
// Sharded by key hash, a mutex per shard. A flight is a task of its own on the worker that started
// it, with a deadline of its own; the request that began it is merely its first follower. A
// follower may leave; the flight goes on. A flight lands under its shard's lock: unless it was
// detached it fills L1 there and is removed, so a fill and an invalidation of one key have an
// order, and a request that finds no flight finds the value. Followers are completed after the
// lock, by one post to each of their workers.
//
// Lock order: a flight shard's mutex, then a memory shard's. Nothing else is taken under it, and no
// suspension, post or callback happens there. Thread rule: any worker.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/admission_queue.h"
#include "engine/cache_key.h"
#include "engine/gather.h"
#include "engine/memory_tier.h"

namespace aside::engine {

struct Follower {
    std::shared_ptr<Gather> gather;
    std::uint32_t slot = 0;
};

struct Flight {
    Flight(const KeyView& view, Priority priority, SteadyTime not_before)
        : kind(view.kind),
          hash(view.hash),
          bytes(view.bytes),
          newer_than(not_before),
          ticket(std::make_shared<AdmissionQueue::Ticket>(priority)) {}

    KeyView key() const { return {kind, hash, bytes}; }

    const ValueKind kind;
    const std::uint64_t hash;
    const std::string bytes;
    // A value already in L1 ends the flight only if the origin answered it after this: what the
    // request that led it found was not good enough.
    const SteadyTime newer_than;
    const std::shared_ptr<AdmissionQueue::Ticket> ticket;

    // Guarded by the shard's mutex.
    bool detached = false;
    std::vector<Follower> followers;
};

class FlightTable {
  public:
    explicit FlightTable(MemoryTier& memory) : memory_(memory) {}

    struct Joined {
        std::shared_ptr<Flight> flight;
        bool led = false;  // it is new: the caller must run it
    };
    // Joins the key's flight, or starts one. `follower.gather` may be null: a refresh nobody waits
    // for.
    Joined join(const KeyView& key, Follower follower, Priority priority, SteadyTime newer_than);

    // Ends a flight: fills L1 with the outcome's value (if there is one, and nobody detached the
    // flight), and completes the followers. `renewed` says that the value is already kept and only
    // its times changed.
    void land(Flight& flight, const LoadOutcome& outcome, bool renewed);

    // Forgets the key in L1; its flight, if any, will fill nothing and later requests start anew.
    void invalidate(const KeyView& key);

    // `gather` waits no longer.
    void leave(Flight& flight, const Gather& gather);

    std::uint64_t in_flight() const;

  private:
    static constexpr std::size_t kShards = 64;
    struct alignas(64) Shard {
        mutable Mutex mutex;
        // Few at a time: looked through in order. (The origin's queue bounds them.)
        std::vector<std::shared_ptr<Flight>> flights ASIDE_GUARDED_BY(mutex);
    };
    Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 58]; }
    static void complete(std::vector<Follower> followers, const LoadOutcome& outcome);

    MemoryTier& memory_;
    std::array<Shard, kShards> shards_;
};

}  // namespace aside::engine
