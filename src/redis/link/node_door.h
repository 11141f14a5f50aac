// What this process's links to one address share, whatever their worker and purpose: how many there
// may be, how often a full server may be dialled, who waits for it.
//
// Connections: `connections` in all, from the beginning of a dial to the end of the socket. A node
// needs `essential` of them (one for reads a worker, one for fills, one for control); those beside
// them (replacements, large replies) share what is left, so that they never keep the others out.
// After "max clients" the server is dialled once a second in all, until a dial succeeds; each
// success halves that pause, down to none.
//
// Thread rule: any thread. Ownership: links share a door; NodeDoors forgets one that no link has.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/time.h"
#include "runtime/stream.h"

namespace aside::redis {

class NodeDoor {
  public:
    enum class Part : std::uint8_t { essential, extra };
    struct Limits {
        std::uint32_t connections = UINT32_MAX;
        std::uint32_t essential = 0;
    };
    explicit NodeDoor(Limits limits) : limits_(limits) {}

    bool has_room(Part part) const;
    bool enter(Part part);
    void leave(Part part);
    // One of the extra connections has become essential: the one it replaces is gone already.
    void promote();

    // May it be dialled? `now`: yes, and it counts; else when to ask again.
    SteadyTime turn(SteadyTime now);
    void full(SteadyTime now);  // it said "max clients"
    // A session is open. True, once a second at most: links that wait out a backoff need not.
    bool reached(SteadyTime now);
    // A read looks whether it is back, out of every backoff: not more often than 20 times a second.
    bool may_seek(SteadyTime now);
    void wait_begins();
    void wait_ends();

    // Bytes that do not verify end a connection, but not more often than once a second: a stored
    // value that is spoilt is met at each read of it.
    bool may_break_off(SteadyTime now);

  private:
    bool room(Part part) const ASIDE_REQUIRES(mutex_);

    const Limits limits_;
    mutable Mutex mutex_;
    std::uint32_t total_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint32_t extras_ ASIDE_GUARDED_BY(mutex_) = 0;
    std::uint32_t waiting_ ASIDE_GUARDED_BY(mutex_) = 0;
    Duration pause_ ASIDE_GUARDED_BY(mutex_){};  // between dials; zero: none
    SteadyTime dialled_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
    SteadyTime told_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
    SteadyTime sought_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
    SteadyTime broke_off_at_ ASIDE_GUARDED_BY(mutex_) = SteadyTime::min();
};

// One connection's place; given back at its end.
class DoorPlace {
  public:
    DoorPlace() = default;
    // REQUIRES: enter(part) said yes.
    DoorPlace(std::shared_ptr<NodeDoor> door, NodeDoor::Part part)
        : door_(std::move(door)), part_(part) {}
    DoorPlace(DoorPlace&& other) noexcept
        : door_(std::exchange(other.door_, nullptr)), part_(other.part_) {}
    DoorPlace& operator=(DoorPlace&& other) noexcept {
        std::swap(door_, other.door_);
        std::swap(part_, other.part_);
        return *this;
    }
    ~DoorPlace() { reset(); }

    explicit operator bool() const { return door_ != nullptr; }
    void reset() {
        if (door_) std::exchange(door_, nullptr)->leave(part_);
    }
    // An extra connection takes the part of the one it replaces, which becomes the extra one.
    void take_over(DoorPlace& replaced) {
        if (!door_ || part_ == NodeDoor::Part::essential) return;
        if (replaced.door_ == door_) {
            std::swap(part_, replaced.part_);
        } else {
            door_->promote();
            part_ = NodeDoor::Part::essential;
        }
    }

  private:
    std::shared_ptr<NodeDoor> door_;
    NodeDoor::Part part_ = NodeDoor::Part::essential;
};

class NodeDoors {
  public:
    explicit NodeDoors(NodeDoor::Limits limits) : limits_(limits) {}
    std::shared_ptr<NodeDoor> at(const runtime::Endpoint& endpoint);

  private:
    const NodeDoor::Limits limits_;
    Mutex mutex_;
    std::map<std::string, std::weak_ptr<NodeDoor>> doors_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::redis
