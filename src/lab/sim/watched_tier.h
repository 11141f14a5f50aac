// A RemoteTier that passes everything on and remembers, by key, when L2 last could not say and when
// a replica last answered: what the judge of a fleet must know of a process to tell what it may
// still answer.
//
// Thread rule: as the port. Ownership: borrows the tier.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "engine/ports/remote_tier.h"

namespace aside::lab {

class WatchedTier final : public RemoteTier {
  public:
    explicit WatchedTier(RemoteTier& tier) : tier_(tier) {}

    struct Seen {
        SteadyTime unknown = SteadyTime::min();
        SteadyTime by_replica = SteadyTime::min();
    };
    Seen seen(RemoteKey key) const;

    struct Counts {
        std::uint64_t hits = 0, misses = 0, unknowns = 0, by_replica = 0;
        std::uint64_t fills = 0, fills_stored = 0;
        std::uint64_t leases = 0, leases_won = 0, leases_unavailable = 0;
        std::array<std::uint64_t, kUnknownReasons> reasons{};
        // The last of them.
        SteadyTime unknown_at = SteadyTime::min(), unleased_at = SteadyTime::min();

        void add(const Counts& other);
    };
    Counts counts;
    std::uint64_t under_way = 0;  // reads
    // How long reads took that were hits, while `timing`.
    std::vector<Duration> took;
    bool timing = false;

    void start_read(runtime::Worker& worker, RemoteRead& read) override;
    runtime::Task<LeaseAnswer> take_lease(runtime::Worker& worker, RemoteKey key,
                                          SteadyTime deadline) override;
    runtime::Task<bool> renew_lease(runtime::Worker& worker, RemoteKey key,
                                    LeaseToken token) override {
        return tier_.renew_lease(worker, key, token);
    }
    void release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) override {
        tier_.release_lease(worker, key, token);
    }
    runtime::Task<FillState> fill(runtime::Worker& worker, RemoteFill fill) override;
    runtime::Task<Result<void>> invalidate(runtime::Worker& worker, RemoteKey key,
                                           SteadyTime deadline) override {
        return tier_.invalidate(worker, key, deadline);
    }
    std::uint16_t slot_of(RemoteKey key) const override { return tier_.slot_of(key); }
    std::string status_json() const override { return tier_.status_json(); }

  private:
    struct Watch;
    void note(RemoteKey key, const RemoteAnswer& answer, SteadyTime now);

    RemoteTier& tier_;
    std::map<std::pair<ValueKind, std::string>, Seen> seen_;
};

}  // namespace aside::lab
