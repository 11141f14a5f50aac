// Loads one key from its origin store: waits for room, loads within the deadline, checks what came.
//
// How much a store is asked is its guard's to say (engine/guard/guard.h): how many attempts at a
// time, up to origin_concurrency, how long each, whether again, and whether at all. Over both
// stores there is origin_max_bytes_in_flight. Loads of a shard of L2 that came back empty first
// pass a gate of their own (engine/store_gate.h). What may not be answered (not JSON, over a limit)
// is an error. origin_attempts.cpp has the attempts.
//
// A load that is stopped ends soon, with cancelled, and says nothing about its store; what its
// store still does for it holds its room. One that failed because the process stood still is made
// once more, out of no budget.
//
// Thread rule: any worker. Must outlive every load. Errors: the stores' (engine/ports/origin.h),
// overloaded (with Error::amount: when to come back), deadline, timed_out, too_large, corrupt,
// cancelled.
#pragma once

#include <memory>
#include <string>

#include "engine/admission_queue.h"
#include "engine/attempt_race.h"
#include "engine/byte_reservation.h"
#include "engine/cache_key.h"
#include "engine/engine_metrics.h"
#include "engine/memory_tier.h"
#include "engine/options.h"
#include "engine/ports/origin.h"
#include "engine/stop_signal.h"
#include "engine/store_gate.h"

namespace aside::engine {

// What a store answered, whichever store it is.
struct OriginAnswer {
    LoadState state = LoadState::absent;
    std::string body;  // of an index entry: engine/index_entry.h
    std::string validator;
    std::shared_ptr<ByteReservation> reserved;  // until the value is built and the body gone
};

// Who wants a load may have it by the time it is its turn.
class LoadNeed {
  public:
    // When that was last known.
    virtual SteadyTime known_at() const = 0;
    // False: the load ends with cancelled, and the store is not asked.
    virtual runtime::Task<bool> is_there_still(runtime::Worker& worker) = 0;

  protected:
    ~LoadNeed() = default;
};

struct OriginRequest {
    ValueRef known;  // not null: its validator is sent, and the references it names are remembered
    bool consistent = false;
    bool cold = false;
    std::shared_ptr<AdmissionQueue::Ticket> gate;  // to wait with at the gate, if it is cold
    std::shared_ptr<StopSignal> stop;              // null: it cannot be stopped
    LoadNeed* need = nullptr;  // asked when the load has waited for its turn; outlives the load
    SteadyTime deadline = kNever;

    bool stopped() const { return stop && stop->stopped(); }
};

class OriginLoader {
  public:
    OriginLoader(const EngineOptions& options, const MemoryTier& memory, Index& index,
                 ObjectStore& objects, EngineMetrics& metrics);

    using Ticket = std::shared_ptr<AdmissionQueue::Ticket>;
    // Ends by the deadline, whatever the store does.
    runtime::Task<Result<OriginAnswer>> load(runtime::Worker& worker, ValueKind kind,
                                             std::string bytes, Ticket ticket,
                                             OriginRequest request);
    // Somebody more important waits for the load, too.
    void raise(ValueKind kind, AdmissionQueue::Ticket& ticket, AdmissionQueue::Ticket& gate,
               Priority priority) {
        gate_of(kind).cold.raise(gate, priority);
        gate_of(kind).queue.raise(ticket, priority);
    }
    // Who waits with these for its turn waits no longer.
    void give_up(ValueKind kind, AdmissionQueue::Ticket& ticket, AdmissionQueue::Ticket& gate) {
        gate_of(kind).cold.give_up(gate);
        gate_of(kind).queue.give_up(ticket);
    }
    // The process stood still until now.
    void thawed(SteadyTime now) {
        index_gate_.thawed(now);
        objects_gate_.thawed(now);
    }
    // What an attempt usually takes at most.
    Duration p95(ValueKind kind) const {
        return (kind == ValueKind::index_entry ? index_gate_ : objects_gate_).latency.p95();
    }

    StoreGate& index_gate() { return index_gate_; }
    StoreGate& objects_gate() { return objects_gate_; }
    const AdmissionQueue& index_queue() const { return index_gate_.queue; }
    const AdmissionQueue& objects_queue() const { return objects_gate_.queue; }
    std::uint64_t cold_in_use() const {
        return index_gate_.cold.in_use() + objects_gate_.cold.in_use();
    }
    const AdmissionQueue& bytes_in_flight() const { return bytes_; }

  private:
    using OriginRace = AttemptRace<OriginAnswer>;
    // An attempt under way. It is noted once: when it ends, or is no longer waited for.
    struct Running {
        explicit Running(Guard::Attempt begun) : attempt(begun) {}
        const Guard::Attempt attempt;
        bool noted = false;
    };

    StoreGate& gate_of(ValueKind kind) {
        return kind == ValueKind::index_entry ? index_gate_ : objects_gate_;
    }
    runtime::Task<Result<OriginAnswer>> load_cold(runtime::Worker& worker, ValueKind kind,
                                                  std::string bytes, Ticket ticket,
                                                  OriginRequest request);

    // origin_attempts.cpp
    runtime::Task<Result<OriginAnswer>> load_guarded(runtime::Worker& worker, ValueKind kind,
                                                     std::string bytes, Ticket ticket,
                                                     OriginRequest request);
    runtime::Task<Result<OriginAnswer>> attempt(runtime::Worker& worker, ValueKind kind,
                                                std::string bytes, OriginRequest request,
                                                AttemptKind how);
    runtime::Task<> run_attempt(runtime::Worker& worker, ValueKind kind, std::string bytes,
                                OriginRequest request, std::shared_ptr<OriginRace> race,
                                std::shared_ptr<Running> running, AttemptKind how);
    static void note_end(StoreGate& gate, Running& running, SteadyTime now,
                         std::optional<Errc> code);
    static std::optional<SteadyTime> retry_at(StoreGate& gate, runtime::Worker& worker,
                                              unsigned retries, const Error& error,
                                              SteadyTime deadline);

    runtime::Task<Result<OriginAnswer>> load_index(runtime::Worker& worker, std::string id,
                                                   OriginRequest request);
    runtime::Task<Result<OriginAnswer>> load_object(runtime::Worker& worker, Reference reference,
                                                    OriginRequest request,
                                                    std::shared_ptr<OriginRace> race);
    Result<void> check_references(const std::string& id,
                                  const std::vector<Reference>& references) const;

    const EngineOptions& options_;
    const MemoryTier& memory_;
    Index& index_;
    ObjectStore& objects_;
    StoreGate index_gate_;
    StoreGate objects_gate_;
    AdmissionQueue bytes_;
};

}  // namespace aside::engine
