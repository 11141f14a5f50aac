// When to ask for the topology, and whom: a machine without I/O.
//
// Periodic (30 s, +-20 %); triggered by MOVED, READONLY, CLUSTERDOWN, an unrouted slot, a
// connection that closed or was refused, a failed probe, an unknown node, a thaw. The first trigger
// starts a round after 0 to 100 ms; rounds begin at least 1 s apart, rising by a quarter each time
// to 5 s while nothing changes, so that news is found within a quarter of the time it took to come.
// A round that nobody answered is repeated after 1 s. One round at a time, 3 nodes a round in
// different zones where told (all of them when there are no more), seeds when every known node
// failed, known nodes when every seed failed, in turns. Thread rule: one thread (the control
// worker's).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "redis/topology/slot_map.h"

namespace aside::redis {

enum class RefreshReason : std::uint8_t {
    start,
    periodic,
    moved,
    read_only,
    cluster_down,
    no_route,
    connection_lost,
    probe_failed,
    unknown_node,
    untrusted,
    thawed,  // this process stood still: what it knows may be old
};
inline constexpr std::size_t kRefreshReasons = 11;
std::string_view name_of(RefreshReason reason);

struct RefreshOptions {
    Duration period = std::chrono::seconds(30);
    Duration first_delay_max = std::chrono::milliseconds(100);
    Duration spacing_min = std::chrono::seconds(1);
    Duration spacing_max = std::chrono::seconds(5);
    std::uint32_t views = 3;
};

class RefreshSchedule {
  public:
    RefreshSchedule(RefreshOptions options, Random& random, SteadyTime now);

    void trigger(RefreshReason reason, SteadyTime now);
    // When the next round is due; kNever while one runs.
    SteadyTime next() const;
    RefreshReason reason() const;  // of the round that is due, or runs

    // Whom to ask in the round that begins now: `nodes`, or when `seeds` (then it is empty) those.
    struct Round {
        std::vector<NodeId> nodes;
        bool seeds = false;
    };
    Round begin(const SlotMap& map, SteadyTime now);
    // `answers`: nodes that answered usefully; `changed`: the map was replaced by another.
    void end(std::uint32_t answers, bool changed, SteadyTime now);
    // The round that runs was cut short by our own standing still: it says nothing, and another one
    // is due.
    void cut_short(SteadyTime now);

  private:
    void schedule(SteadyTime when, RefreshReason reason);
    SteadyTime after_spacing(SteadyTime now);
    std::vector<NodeId> pick(const SlotMap& map);

    RefreshOptions options_;
    Random& random_;
    Duration spacing_;
    SteadyTime due_;
    RefreshReason reason_ = RefreshReason::start;
    bool running_ = false;
    bool triggered_ = false;        // what is due, or runs, was asked for
    bool asked_seeds_ = false;      // in the last round
    bool unanswered_ = false;       // the last round was
    bool asked_meanwhile_ = false;  // a trigger came while a round ran
    RefreshReason meanwhile_ = RefreshReason::start;
    SteadyTime begun_ = SteadyTime::min();            // the last round
    SteadyTime triggered_begun_ = SteadyTime::min();  // the last that was asked for
};

}  // namespace aside::redis
