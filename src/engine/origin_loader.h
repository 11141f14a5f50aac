// Loads one key from its origin store: waits for room, loads within the deadline, checks what came.
//
// Room is origin_concurrency loads at a time for each store, and origin_max_bytes_in_flight over
// both. Loads of a shard of L2 that came back empty first pass a gate of `cold_share` of it, so
// that they wait for each other and not everybody for them. What may not be answered (not JSON,
// over a limit) is an error.
//
// Thread rule: any worker. Must outlive every load. Errors: the stores' (engine/ports/origin.h),
// overloaded, deadline, timed_out, too_large, corrupt.
#pragma once

#include <memory>
#include <string>

#include "engine/admission_queue.h"
#include "engine/byte_reservation.h"
#include "engine/cache_key.h"
#include "engine/engine_metrics.h"
#include "engine/latency_estimate.h"
#include "engine/memory_tier.h"
#include "engine/options.h"
#include "engine/ports/origin.h"

namespace aside::engine {

// What a store answered, whichever store it is.
struct OriginAnswer {
    LoadState state = LoadState::absent;
    std::string body;  // of an index entry: engine/index_entry.h
    std::string validator;
    std::shared_ptr<ByteReservation> reserved;  // until the value is built and the body gone
};

struct OriginRequest {
    ValueRef known;  // not null: its validator is sent, and the references it names are remembered
    bool consistent = false;
    bool cold = false;
    std::shared_ptr<AdmissionQueue::Ticket> gate;  // to wait with at the gate, if it is cold
    SteadyTime deadline = kNever;
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
        cold_gate_.raise(gate, priority);
        queue_of(kind).raise(ticket, priority);
    }
    // What a load usually takes at most.
    Duration p95(ValueKind kind) const { return latency_of(kind).p95(); }

    const AdmissionQueue& index_queue() const { return index_queue_; }
    const AdmissionQueue& objects_queue() const { return objects_queue_; }
    const AdmissionQueue& cold_gate() const { return cold_gate_; }
    const AdmissionQueue& bytes_in_flight() const { return bytes_; }

  private:
    AdmissionQueue& queue_of(ValueKind kind) {
        return kind == ValueKind::index_entry ? index_queue_ : objects_queue_;
    }
    const LatencyEstimate& latency_of(ValueKind kind) const {
        return kind == ValueKind::index_entry ? index_latency_ : objects_latency_;
    }
    runtime::Task<Result<OriginAnswer>> load_cold(runtime::Worker& worker, ValueKind kind,
                                                  std::string bytes, Ticket ticket,
                                                  OriginRequest request);
    runtime::Task<Result<OriginAnswer>> load_with_room(runtime::Worker& worker, ValueKind kind,
                                                       std::string bytes, Ticket ticket,
                                                       OriginRequest request);
    runtime::Task<Result<OriginAnswer>> load_index(runtime::Worker& worker, std::string id,
                                                   OriginRequest request);
    runtime::Task<Result<OriginAnswer>> load_object(runtime::Worker& worker, Reference reference,
                                                    OriginRequest request);
    Result<void> check_references(const std::string& id,
                                  const std::vector<Reference>& references) const;

    const EngineOptions& options_;
    const MemoryTier& memory_;
    Index& index_;
    ObjectStore& objects_;
    EngineMetrics& metrics_;
    AdmissionQueue index_queue_;
    AdmissionQueue objects_queue_;
    AdmissionQueue cold_gate_;
    AdmissionQueue bytes_;
    LatencyEstimate index_latency_;
    LatencyEstimate objects_latency_;
};

}  // namespace aside::engine
