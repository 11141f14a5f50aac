// Flights: loads a key from L2 or the origin for all who wait for it.
//
// The steps of a flight (flight_run.cpp):
//   look    into L1 once more: it may just have been filled
//   ask_l2  a hit lands; a stale one lands and is refreshed by a flight that begins at `lease`; an
//           unknown is answered by what L1 holds, else goes to the origin
//   lease   L2 said that it is not there, or too old: take the lease, or wait for who has it
//           (lease_wait.cpp)
//   origin  load, land, then fill L2 or note that a fill is owed (remote_fill.cpp)
// Without an L2: look, origin. Owed fills are replayed by owed_replay.cpp; warm_up.cpp warms.
//
// Thread rule: any worker, each with its own; what it shares is the flight table's, the queues' and
// RemoteCache's. Must outlive every flight.
#pragma once

#include <atomic>
#include <memory>

#include "engine/engine_metrics.h"
#include "engine/flight_table.h"
#include "engine/options.h"
#include "engine/origin_loader.h"
#include "engine/recent_keys.h"
#include "engine/remote_cache.h"
#include "engine/value_builder.h"
#include "engine/work_under_way.h"
#include "telemetry/log.h"

namespace aside::engine {

// Where a flight begins: what comes before is known already. `origin_of_cold`: within the share of
// the origin that a shard which came back empty may take.
enum class FlightStart : std::uint8_t { look, ask_l2, lease, origin, origin_of_cold };

class Loader final : FirstReadOwner {
  public:
    // `remote`: null where there is no L2.
    Loader(const EngineOptions& options, EpochDomain& epochs, MemoryTier& memory,
           FlightTable& flights, OriginLoader& origin, ValueBuilder& builder,
           EngineMetrics& metrics, RemoteCache* remote = nullptr);

    // How much of its followers' wishes a flight must know.
    struct Wish {
        SteadyTime newer_than = SteadyTime::min();  // an older value in L1 or L2 is no answer
        SteadyTime deadline = kNever;               // of the request
        bool explain = false;                       // tell where in L2 the value was
    };
    // The key's flight, which will complete `follower`. `now`: or a moment ago.
    std::shared_ptr<Flight> load(runtime::Worker& worker, const KeyView& key, Follower follower,
                                 const Wish& wish, SteadyTime now);
    // Starts a load that nobody waits for, unless one is in progress or has just failed.
    void refresh(runtime::Worker& worker, const KeyView& key, SteadyTime newer_than);

    // Loads a key that nobody waits for into the tiers that lack it, after everybody else.
    runtime::Task<> warm(runtime::Worker& worker, KeyView key);

    // The key was invalidated: forgotten in L1, its flight detached, nothing owed for it any more.
    void forget(runtime::Worker& worker, const KeyView& key);
    // These slots' owner takes fills again.
    void slots_writable(runtime::Worker& worker, SlotRange slots);

    // As Lifecycle (settle.cpp).
    runtime::Task<> settle(runtime::Worker& worker, SteadyTime deadline);
    // What was under way through a time in which the process stood still fills nothing, and nobody
    // who comes later waits for it.
    void thawed(runtime::Worker& worker);
    // The time to settle was not enough: owed fills and warming are neither begun nor gone on with,
    // until it settles again or has stood still.
    bool at_rest() const { return at_rest_.load(std::memory_order_relaxed); }

    // Where failed loads are told. Before the first load; must outlive the last.
    void log_to(telemetry::Logger& log) { log_ = &log; }

    bool failed_recently(const KeyView& key, SteadyTime now) const {
        return failures_.holds(key.hash, now);
    }

  private:
    using Plan = FlightPlan;
    // What a flight does next; landed: nothing.
    enum class Next : std::uint8_t { ask_l2, lease, origin, landed };

    // flight_run.cpp
    void start(runtime::Worker& worker, std::shared_ptr<Flight> flight, SteadyTime now,
               FlightStart from = FlightStart::look, ValueRef known = {});
    void first_read_done(FirstRead& read, const RemoteAnswer& answer) override;
    runtime::Task<> run(runtime::Worker& worker, std::shared_ptr<Flight> flight, FlightStart from);
    runtime::Task<> go_on(runtime::Worker& worker, std::shared_ptr<Flight> flight, Plan plan,
                          Next next);
    runtime::Task<> load_and_land(runtime::Worker& worker, std::shared_ptr<Flight> flight,
                                  Plan plan);
    Next begin(runtime::Worker& worker, Flight& flight, FlightStart from, SteadyTime now,
               Plan& plan);
    Next heard(runtime::Worker& worker, Flight& flight, const RemoteAnswer& answer, Plan& plan);
    Next judge(runtime::Worker& worker, Flight& flight, RemoteFound found, Plan& plan);
    Next judge_unknown(runtime::Worker& worker, Flight& flight, Plan& plan);
    // Lands a stale answer; the flight that is to replace it takes the place of this one, and what
    // landed answers those who come meanwhile.
    void land_and_refresh(runtime::Worker& worker, Flight& flight, Landed stale, bool renewed,
                          FlightStart from);
    bool worth_refreshing(const KeyView& key, SteadyTime now) const;
    bool gains_nothing(const Flight& flight, const Plan& plan, SteadyTime now) const;
    ValueRef second_look(runtime::Worker& worker, const Flight& flight, SteadyTime now,
                         ValueRef& known) const;
    ValueRef kept_value(runtime::Worker& worker, const KeyView& key) const;
    bool usable(const Value& value, const Flight& flight, SteadyTime now) const;
    LoadOutcome outcome_of(runtime::Worker& worker, const Flight& flight, const Plan& plan,
                           Result<OriginAnswer> answer, SteadyTime asked, bool& renewed);
    struct NeedOfFlight;
    runtime::Task<bool> has_been_filled(runtime::Worker& worker, Flight& flight, Plan& plan,
                                        SteadyTime deadline);

    // lease_wait.cpp
    runtime::Task<Next> take_lease(runtime::Worker& worker, std::shared_ptr<Flight> flight,
                                   Plan& plan, SteadyTime asked);
    runtime::Task<Next> wait_for_holder(runtime::Worker& worker, std::shared_ptr<Flight> flight,
                                        Plan& plan, bool late);
    runtime::Task<Next> lease_won(runtime::Worker& worker, std::shared_ptr<Flight> flight,
                                  Plan& plan, LeaseAnswer lease, SteadyTime asked);
    SteadyTime latest_start(const Flight& flight, const Plan& plan) const;
    void heed_invalidation(const LeaseAnswer& lease, Flight& flight, Plan& plan);
    Next without_lease(runtime::Worker& worker, Flight& flight, Plan& plan);
    bool answer_without_waiting(runtime::Worker& worker, Flight& flight, const Plan& plan);
    void land_fallback(runtime::Worker& worker, Flight& flight, const Plan& plan,
                       StaleReason reason);

    // remote_fill.cpp
    void after_load(runtime::Worker& worker, const Flight& flight, const Plan& plan,
                    const LoadOutcome& outcome, bool attached);
    runtime::Task<> fill_remote(runtime::Worker& worker, ValueRef value, LeaseToken lease);

    // settle.cpp
    void give_up(std::vector<std::shared_ptr<Flight>> flights);
    bool let_go(runtime::Worker& worker, Flight& flight, const Plan& plan);

    // owed_replay.cpp
    void replay_owed(runtime::Worker& worker);
    runtime::Task<> replay_run(runtime::Worker& worker);
    runtime::Task<> replay_one(runtime::Worker& worker, OwedFills::Owed owed);

    void count(unsigned worker, const Flight& flight, const Result<OriginAnswer>& answer);
    void tell_failure(const Flight& flight, const Error& error);

    const EngineOptions& options_;
    EpochDomain& epochs_;
    MemoryTier& memory_;
    FlightTable& flights_;
    OriginLoader& origin_;
    ValueBuilder& builder_;
    EngineMetrics& metrics_;
    RemoteCache* const remote_;
    RecentKeys failures_;
    RecentKeys invalidated_;  // keys whose origin is to be read consistently
    std::atomic<std::uint32_t> replaying_{0};
    std::atomic<bool> at_rest_{false};
    WorkUnderWay under_way_;
    telemetry::Logger* log_ = nullptr;
};

}  // namespace aside::engine
