// L2 as the engine uses it: the tier behind its port, with what the engine knows about it. There is
// one where a RemoteTier was given, else none, and nothing is paid for it.
//
// Here an answer of L2 becomes a verdict (remote_cache.cpp) and a value a fill; when to ask, wait
// and fill is the flight's (loader.h). Thread rule: any worker. Must outlive every flight.
#pragma once

#include <atomic>

#include "engine/fill_record.h"
#include "engine/flight_table.h"
#include "engine/freshness.h"
#include "engine/l1_validity.h"
#include "engine/owed_fills.h"
#include "engine/recent_keys.h"
#include "engine/remote_metrics.h"
#include "engine/value_builder.h"

namespace aside::engine {

// What L2's answer means to a flight.
enum class Verdict : std::uint8_t {
    fresh,     // the answer (which may be an absence)
    stale,     // answer it, and refresh it
    fallback,  // past that, or not newer than what is asked for: only if the load fails
    miss,      // not there, or expired: load, under the lease
    unknown,   // L2 could not say
};

struct RemoteFound {
    Verdict verdict = Verdict::unknown;
    ValueRef value;        // fresh, stale, fallback
    bool renewed = false;  // `value` is the one L1 keeps; its times changed
    bool cold = false;     // of a miss or an unknown
    std::string where;     // Step::where, if the flight is to tell
};

class RemoteCache {
  public:
    RemoteCache(const EngineOptions& options, ValueBuilder& builder, RemoteTier& remote,
                telemetry::Registry& registry);

    L1Validity validity;  // first: it is aligned
    RemoteTier& tier;
    RemoteMetrics metrics;
    FillRecord filled;
    OwedFills owed;
    std::atomic<std::uint32_t> filling{0};  // fills under way
    std::atomic<bool> cold_noticed{false};  // a node came back empty
    RecentKeys held_elsewhere;              // keys another process was found refreshing

    // Kinds that the origin is to be asked about each time have no business in L2.
    bool keeps(ValueKind kind) const {
        return kind == ValueKind::versioned_object || limits_of(options_, kind).fresh > Duration{};
    }

    // The answer's views end with this call. `known`: what L1 keeps, or null. `asked`: when the
    // read began. `first`: count it in the metrics.
    RemoteFound judge(runtime::Worker& worker, const Flight& flight, const RemoteAnswer& answer,
                      const ValueRef& known, SteadyTime asked, bool first);

    // With a lease: only while it is held. Without: only where nothing is.
    runtime::Task<FillState> fill(runtime::Worker& worker, ValueRef value, LeaseToken lease);
    void owe(runtime::Worker& worker, const Value& value);

    // The key was invalidated, by this process or another.
    void forget(const KeyView& key);

  private:
    RemoteFound judge_hit(runtime::Worker& worker, const Flight& flight, const RemoteAnswer& hit,
                          const ValueRef& known, SteadyTime asked, bool first);
    RemoteFound no_value(runtime::Worker& worker, UnknownReason reason, bool first);
    MissReason reason_of(const Flight& flight, const RemoteAnswer& answer, SteadyTime now) const;
    Duration keep_for(runtime::Worker& worker, const Value& value) const;

    const EngineOptions& options_;
    ValueBuilder& builder_;
};

}  // namespace aside::engine
