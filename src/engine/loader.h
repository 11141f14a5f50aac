// Loads keys from the origin: joins or starts a key's flight, and runs the flights it starts.
//
// A flight: look into L1 once more (it may just have been filled), wait for room before the store,
// load within the flight's own deadline, check and build the value, land. Values that may not be
// answered (not JSON, over a limit) are errors and fill nothing.
//
// Thread rule: any worker, each with its own; what it shares is the flight table's and the queues'.
// Must outlive every flight.
#pragma once

#include "engine/admission_queue.h"
#include "engine/byte_reservation.h"
#include "engine/engine_metrics.h"
#include "engine/failure_memory.h"
#include "engine/flight_table.h"
#include "engine/options.h"
#include "engine/ports/origin.h"
#include "telemetry/log.h"

namespace aside::engine {

class Loader {
  public:
    Loader(const EngineOptions& options, EpochDomain& epochs, MemoryTier& memory,
           FlightTable& flights, Index& index, ObjectStore& objects, EngineMetrics& metrics);

    // The key's flight, which will complete `follower`. A value in L1 counts as the answer only if
    // it is newer than `newer_than`.
    std::shared_ptr<Flight> load(runtime::Worker& worker, const KeyView& key, Follower follower,
                                 SteadyTime newer_than);
    // Starts a load that nobody waits for, unless one is in progress or has just failed.
    void refresh(runtime::Worker& worker, const KeyView& key, SteadyTime newer_than);

    // Where failed loads are told. Before the first load; must outlive the last.
    void log_to(telemetry::Logger& log) { log_ = &log; }

    bool failed_recently(const KeyView& key, SteadyTime now) const {
        return failures_.failed_recently(key.hash, now);
    }
    const AdmissionQueue& index_queue() const { return index_queue_; }
    const AdmissionQueue& objects_queue() const { return objects_queue_; }
    const AdmissionQueue& bytes_in_flight() const { return bytes_; }

  private:
    AdmissionQueue& queue_of(ValueKind kind) {
        return kind == ValueKind::index_entry ? index_queue_ : objects_queue_;
    }
    runtime::Task<> run(runtime::Worker& worker, std::shared_ptr<Flight> flight);
    // Null when L1 does not settle the flight.
    ValueRef second_look(runtime::Worker& worker, const Flight& flight) const;
    ValueRef kept_value(runtime::Worker& worker, const KeyView& key) const;

    // What a store answered, whichever store it is.
    struct Loaded {
        LoadState state = LoadState::absent;
        std::string body;
        std::string validator;
        std::shared_ptr<ByteReservation> reserved;  // until the value is built and the body gone
    };
    runtime::Task<Result<Loaded>> load_with_room(runtime::Worker& worker,
                                                 std::shared_ptr<Flight> flight, ValueRef known,
                                                 SteadyTime deadline);
    runtime::Task<Result<Loaded>> load_index(runtime::Worker& worker, std::string id,
                                             ValueRef known, SteadyTime deadline);
    runtime::Task<Result<Loaded>> load_object(runtime::Worker& worker, Reference reference,
                                              ValueRef known, SteadyTime deadline);
    LoadOutcome outcome_of(runtime::Worker& worker, const Flight& flight, const ValueRef& known,
                           Result<Loaded> loaded, bool& renewed);
    SteadyTime fresh_until_of(runtime::Worker& worker, ValueKind kind, bool absent,
                              SteadyTime now) const;
    void count(unsigned worker, const Flight& flight, const Result<Loaded>& loaded);
    void tell_failure(const Flight& flight, const Error& error);

    const EngineOptions& options_;
    EpochDomain& epochs_;
    MemoryTier& memory_;
    FlightTable& flights_;
    Index& index_;
    ObjectStore& objects_;
    EngineMetrics& metrics_;
    AdmissionQueue index_queue_;
    AdmissionQueue objects_queue_;
    AdmissionQueue bytes_;
    FailureMemory failures_;
    telemetry::Logger* log_ = nullptr;
};

}  // namespace aside::engine
