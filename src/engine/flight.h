// A flight: one load in progress for one key, and who waits for it. See flight_table.h.
//
// Thread rule: the constants and atomics from any worker; `plan` and `first_read` are the worker's
// that runs it; the rest is guarded by the table. Ownership: shared by the table, who runs it and
// who waits for it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/admission_queue.h"
#include "engine/cache_key.h"
#include "engine/gather.h"
#include "engine/ports/remote_tier.h"
#include "engine/stop_signal.h"
#include "engine/work_under_way.h"

namespace aside::engine {

struct Follower {
    std::shared_ptr<Gather> gather;
    std::uint32_t slot = 0;
};

// Nearly always one.
class Followers {
  public:
    bool empty() const { return !first_.gather; }
    bool has_others() const { return !others_.empty(); }
    Follower& first() { return first_; }

    void add(Follower follower) {
        if (empty()) {
            first_ = std::move(follower);
        } else {
            others_.push_back(std::move(follower));
        }
    }
    void remove(const Gather& gather) {
        const auto is_it = [&](const Follower& one) { return one.gather.get() == &gather; };
        std::erase_if(others_, is_it);
        if (!is_it(first_)) return;
        first_ = {};
        if (others_.empty()) return;
        first_ = std::move(others_.back());
        others_.pop_back();
    }
    // All of them; there are none then.
    std::vector<Follower> take_all() {
        std::vector<Follower> all = std::move(others_);
        others_.clear();
        if (!empty()) all.push_back(std::exchange(first_, {}));
        return all;
    }

  private:
    Follower first_;
    std::vector<Follower> others_;
};

// What a flight knows of its key on the way to the origin, and what is to follow the load.
struct FlightPlan {
    SteadyTime asked{};        // when it began
    SteadyTime deadline;       // of the flight
    SteadyTime looked_at{};    // into L2, last
    SteadyTime until;          // for L2 and for waiting: the leading request's, if sooner
    ValueRef known;            // what L1 keeps, or L2 had: may be revalidated
    bool known_in_l1 = false;  // a renewal of its times is all L1 needs
    ValueRef fallback;         // may be answered if nothing better is found
    bool fallback_in_l1 = true;
    Source fallback_source = Source::l1;
    std::string where;  // of the fallback
    bool consistent = false;
    bool invalidated = false;  // a moment ago: what L1 keeps is from before
    bool cold = false;
    LeaseToken lease = 0;
    Duration lease_lasts{};
    bool owe = false;   // L2 could not say, or takes no fills: fill it when it is back
    bool fill = false;  // a versioned value needs no lease to be filled
    WorkUnderWay::Token work;
};

struct Flight;
class FirstRead;

class FirstReadOwner {
  public:
    virtual void first_read_done(FirstRead& read, const RemoteAnswer& answer) = 0;

  protected:
    ~FirstReadOwner() = default;
};

// The read of L2 that most flights end with: part of its flight, so that it costs no task and no
// memory of its own. It keeps its flight alive until it is done.
class FirstRead final : public RemoteRead {
  public:
    FirstRead(FirstReadOwner& tell, runtime::Worker& on, std::shared_ptr<Flight> of,
              FlightPlan with);

    void read_done(const RemoteAnswer& answer) override { owner.first_read_done(*this, answer); }

    FirstReadOwner& owner;
    runtime::Worker& worker;
    std::shared_ptr<Flight> flight;
    FlightPlan plan;
};

struct Flight {
    Flight(const KeyView& view, Priority priority, SteadyTime not_before, SteadyTime until)
        : kind(view.kind),
          hash(view.hash),
          bytes(view.bytes),
          led_for(priority),
          newer_than(not_before),
          patience(until),
          ticket(priority),
          gate_ticket(priority) {}

    KeyView key() const { return {kind, hash, bytes}; }
    RemoteKey remote_key() const { return {kind, bytes}; }

    const ValueKind kind;
    const std::uint64_t hash;
    const std::string bytes;
    const Priority led_for;
    // A value already in L1 ends the flight only if the origin answered it after this: what the
    // request that led it found was not good enough.
    const SteadyTime newer_than;
    // The earliest deadline of a request that can still be helped: what the flight asks of L2, and
    // waits for another process, fits into that. Only ever sooner.
    std::atomic<SteadyTime> patience;
    void hurry(SteadyTime deadline) {
        SteadyTime seen = patience.load(std::memory_order_relaxed);
        while (deadline < seen &&
               !patience.compare_exchange_weak(seen, deadline, std::memory_order_relaxed)) {
        }
    }
    AdmissionQueue::Ticket ticket;       // of its store's queue
    AdmissionQueue::Ticket gate_ticket;  // of the gate for cold shards, before that
    std::atomic<bool> explain = false;   // somebody wants to know where in L2 the value was
    StopSignal stop;                     // nobody wants it any more
    std::atomic<runtime::Worker*> worker = nullptr;  // that runs it; null: nobody yet

    std::optional<FirstRead> first_read;

    // Guarded by the mutex of the table's shard.
    bool detached = false;
    ValueRef fallback;  // past its time, but better than nothing if a follower must leave
    // Answers those who come to a refresh: what it is to replace, as long as that may be answered.
    std::optional<Landed> meanwhile;
    SteadyTime meanwhile_until{};
    Followers followers;
};

inline FirstRead::FirstRead(FirstReadOwner& tell, runtime::Worker& on, std::shared_ptr<Flight> of,
                            FlightPlan with)
    : RemoteRead(of->remote_key(), with.until, with.asked),
      owner(tell),
      worker(on),
      flight(std::move(of)),
      plan(std::move(with)) {}

}  // namespace aside::engine
