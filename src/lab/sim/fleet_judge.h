// Judges what the engines of a simulated fleet answered against what the origin ever held.
//
//   bytes     those of the key asked for, in a generation that there was
//   failures  none while the origin works, whatever happens to L2
//   absence   only of what did not exist
//   age       once a write was confirmed by every tier, nobody answers an older generation to a
//             request that came later than `heard_within`, or, in a fleet that has reason not to
//             hear, than `unheard_within`
//
// What the design allows is counted apart, as pardons: what a failover or an eviction lost together
// with the tombstone (until freshness ends), a node that still believes itself the owner, a key
// that L2 could not tell this process about, a replica that lags, an origin that just failed.
// Thread rule: the world's thread. Ownership: borrows truth and origin.
#pragma once

#include <string>
#include <vector>

#include "engine/ports/service.h"
#include "lab/sim/fleet_origin.h"
#include "lab/sim/truth.h"
#include "lab/sim/watched_tier.h"
#include "redis/protocol/key_names.h"

namespace aside::lab {

struct FleetBounds {
    // After a write was confirmed. The first holds where nothing is wrong.
    Duration unheard_within{};
    // What was lost with its tombstone is answered for so long at most.
    Duration fresh_max{};
    // How long what a process learnt (from a replica, from a stale owner, by not learning) may
    // still be met.
    Duration echo{};
};

struct FleetTally {
    std::uint64_t reads = 0, ok = 0, absent = 0, failed = 0, stale = 0;
    std::uint64_t from_l1 = 0, from_l2 = 0, from_origin = 0;
    std::uint64_t failed_with_origin = 0;  // while the origin failed
    std::uint64_t writes = 0, unconfirmed = 0;
    std::uint64_t older = 0;  // answers older than a confirmed write, within the bound
    std::uint64_t pardon_lost = 0, pardon_owner = 0, pardon_unknown = 0, pardon_replica = 0,
                  pardon_origin = 0;
    std::uint64_t pardons() const {
        return pardon_lost + pardon_owner + pardon_unknown + pardon_replica + pardon_origin;
    }
};
std::string to_string(const FleetTally& tally);

class FleetJudge {
  public:
    FleetJudge(const Truth& truth, const FleetOrigin& origin, FleetBounds bounds);

    struct Asked {
        ThingNumber thing = 0;
        const WatchedTier* tier = nullptr;  // of the process
        unsigned process = 0;
        SteadyTime at;
        std::uint64_t confirmed = 0;  // the newest generation whose write was
        std::uint64_t required = 0;   // of these, the newest that must be seen by now
    };
    Asked asked(ThingNumber thing, unsigned process, const WatchedTier& tier, SteadyTime now) const;
    void answered(const Asked& asked, const Answer& answer, SteadyTime now);
    // Of what never exists and what never changes: `body` empty: absent.
    void answered_constant(std::string_view name, std::string_view body, const Answer& answer,
                           SteadyTime now);

    // Every tier said that it forgot the thing; this generation was written at `written`.
    void confirmed(ThingNumber thing, std::uint64_t generation, SteadyTime written, SteadyTime now);
    std::uint64_t confirmed_generation(ThingNumber thing) const;
    SteadyTime confirmed_at(ThingNumber thing) const;

    void problem(std::string what);
    const std::vector<std::string>& problems() const { return problems_; }
    FleetTally tally;

  private:
    struct Write {
        std::uint64_t generation = 0;
        SteadyTime written, confirmed;
    };
    void count(const Answer& answer);
    bool failed(std::string_view name, const Answer& answer, SteadyTime now);
    std::optional<std::uint64_t> generation_in(const Asked& asked, const Answer& answer,
                                               SteadyTime now);
    bool absence_was_true(ThingNumber thing, std::uint64_t from) const;
    void judge_age(const Asked& asked, std::uint64_t generation, const Answer& answer,
                   SteadyTime now);
    const Write* required_write(const Asked& asked) const;
    std::string describe(const Asked& asked, const Answer& answer, SteadyTime now) const;

    const Truth& truth_;
    const FleetOrigin& origin_;
    const FleetBounds bounds_;
    redis::KeyNaming names_;
    std::vector<std::vector<Write>> writes_;  // by thing; what was confirmed, in its order
    std::vector<std::string> problems_;
};

}  // namespace aside::lab
