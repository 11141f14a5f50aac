// Flights: one load in progress per key for the whole process, joined by every other request for
// that key.
//
// Sharded by key hash, a mutex per shard. A flight goes on by itself on the worker that started
// it, with a deadline of its own; the request that began it is merely its first follower. A
// follower may leave; the flight goes on. A flight lands under its shard's lock: unless it was
// detached it fills L1 there and is removed, so a fill and an invalidation of one key have an
// order, and a request that finds no flight finds the value. Followers are completed after the
// lock: those of the landing worker at once, the others by one post to each of their workers.
//
// Lock order: a flight shard's mutex, then a memory shard's. Nothing else is taken under it, and no
// suspension, post or callback happens there. Thread rule: any worker.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "engine/cache_key.h"
#include "engine/flight.h"
#include "engine/gather.h"
#include "engine/memory_tier.h"

namespace aside::engine {

class FlightTable {
  public:
    explicit FlightTable(MemoryTier& memory) : memory_(memory) {}

    struct Joined {
        std::shared_ptr<Flight> flight;
        bool led = false;                      // it is new: the caller must run it
        std::optional<Landed> meanwhile = {};  // the answer: the follower was not added
    };
    // Joins the key's flight, or starts one. `follower.gather` may be null: a refresh nobody waits
    // for.
    Joined join(const KeyView& key, Follower follower, Priority priority, SteadyTime newer_than,
                SteadyTime patience = kNever);

    // Ends a flight, on `worker`: fills L1 with the outcome's value (if there is one, and nobody
    // detached the flight), and completes the followers. `renewed` says that the value is already
    // kept and only its times changed. `next`: takes its place at that very moment, so that an
    // invalidation comes before both or ends both; the caller must run it. False: the flight was
    // detached, and must fill nothing anywhere; `next` was not started.
    bool land(runtime::Worker& worker, Flight& flight, LoadOutcome outcome, bool renewed,
              std::shared_ptr<Flight> next = nullptr);
    // Ends a flight that nobody waits for, with nothing. False: somebody does.
    bool abandon(Flight& flight);
    // Detaches those that nobody waits for, and all others too if `followed`: what they bring fills
    // nothing, and later requests start anew. Gives those that nobody waits for.
    std::vector<std::shared_ptr<Flight>> detach(bool followed);
    bool followed(const Flight& flight) const;
    // What those who leave may answer.
    void offer(Flight& flight, ValueRef fallback);

    // Forgets the key in L1; its flight, if any, will fill nothing and later requests start anew.
    void invalidate(const KeyView& key);

    // `gather` waits no longer. What the flight has to offer instead, or null.
    ValueRef leave(Flight& flight, const Gather& gather);

    std::uint64_t in_flight() const;

  private:
    static constexpr std::size_t kShards = 64;
    struct alignas(64) Shard {
        mutable Mutex mutex;
        // Few at a time: looked through in order. (The origin's queue bounds them.)
        std::vector<std::shared_ptr<Flight>> flights ASIDE_GUARDED_BY(mutex);
    };
    Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 58]; }
    const Shard& shard_of(std::uint64_t hash) const { return shards_[hash >> 58]; }
    static void complete(runtime::Worker& here, Followers& followers, LoadOutcome outcome);
    static void complete_each(runtime::Worker& here, std::vector<Follower> followers,
                              const LoadOutcome& outcome);

    MemoryTier& memory_;
    std::array<Shard, kShards> shards_;
};

}  // namespace aside::engine
