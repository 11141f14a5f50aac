// Judges what a RemoteTier answered against what was true, and keeps the count.
//
//   wrong bytes     never: bytes follow from key and generation
//   false miss      never, when the slot's owner held the key from the read's start to its end
//   stale bytes     never from a primary, once the invalidation was confirmed before the read began
//   completions     each exactly once, not inside of the call, not long after the deadline
//
// What no client can know is counted apart and is no problem: answers of a node that still believes
// itself the owner, what a failover lost, what a lying server said of that very key. Thread rule:
// the world's thread. Ownership: borrows truth and origin.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/ports/remote_tier.h"
#include "lab/sim/origin_model.h"
#include "lab/sim/truth.h"
#include "redis/protocol/key_names.h"

namespace aside::lab {

struct Tally {
    std::uint64_t reads = 0, hits = 0, misses = 0, unknowns = 0;
    std::array<std::uint64_t, kUnknownReasons> reasons{};
    std::uint64_t from_replica = 0;
    std::uint64_t stale_from_replica = 0;
    std::uint64_t by_stale_owner = 0;  // hits and misses of a node that no longer decides
    std::uint64_t after_lies = 0;
    std::uint64_t after_losses = 0;
    std::uint64_t late = 0;  // completed more than kLateAfter past the deadline
    std::uint64_t leases_won = 0, leases_held = 0, leases_unavailable = 0;
    std::uint64_t fills_stored = 0, fills_refused = 0, fills_paused = 0, fills_dropped = 0;
    std::uint64_t invalidations = 0, invalidations_failed = 0;
};
std::string to_string(const Tally& tally);

class Verifier {
  public:
    static constexpr Duration kLateAfter = std::chrono::milliseconds(20);

    Verifier(Truth& truth, OriginModel& origin, std::string key_prefix)
        : truth_(truth), origin_(origin), names_(std::move(key_prefix)), required_(origin.keys()) {}

    struct Asked {
        std::size_t key;  // its number
        RemoteKey name;
        SteadyTime at;
        SteadyTime deadline;
        std::uint64_t required = 0;  // the generation that must be seen at least
    };
    Asked asked(std::size_t key, RemoteKey name, SteadyTime deadline, SteadyTime now) const;
    void answered(const Asked& asked, const RemoteAnswer& answer, SteadyTime now);

    // The tier confirmed an invalidation that was asked for at `from`, when `generation` was the
    // newest.
    void invalidated(std::size_t key, RemoteKey name, std::uint64_t generation, SteadyTime from);
    void problem(std::string what);

    Tally tally;
    const std::vector<std::string>& problems() const { return problems_; }

  private:
    void hit(const Asked& asked, const RemoteAnswer& answer, SteadyTime now);
    void miss(const Asked& asked, const RemoteAnswer& answer, SteadyTime now);
    std::string describe(const Asked& asked, const RemoteAnswer& answer, SteadyTime now) const;
    std::string data_name(RemoteKey key) const;

    struct Required {
        std::uint64_t generation = 0;
        SteadyTime from{};
    };
    Truth& truth_;
    OriginModel& origin_;
    redis::KeyNaming names_;
    std::vector<Required> required_;
    std::vector<std::string> problems_;
};

}  // namespace aside::lab
