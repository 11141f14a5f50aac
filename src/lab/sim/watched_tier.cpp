#include "lab/sim/watched_tier.h"

#include <algorithm>
#include <memory>

namespace aside::lab {

// One read on its way through; ends with it.
struct WatchedTier::Watch final : RemoteRead {
    Watch(WatchedTier& of, runtime::Worker& on, RemoteRead& read)
        : RemoteRead(read.key, read.deadline), tier(of), worker(on), inner(read), asked(on.now()) {}

    void read_done(const RemoteAnswer& answer) override {
        const std::unique_ptr<Watch> self(this);
        --tier.under_way;
        if (tier.timing && answer.state == RemoteState::hit)
            tier.took.push_back(worker.now() - asked);
        tier.note(inner.key, answer, worker.now());
        inner.read_done(answer);
    }

    WatchedTier& tier;
    runtime::Worker& worker;
    RemoteRead& inner;
    const SteadyTime asked;
};

void WatchedTier::Counts::add(const Counts& other) {
    hits += other.hits;
    misses += other.misses;
    unknowns += other.unknowns;
    by_replica += other.by_replica;
    fills += other.fills;
    fills_stored += other.fills_stored;
    leases += other.leases;
    leases_won += other.leases_won;
    leases_unavailable += other.leases_unavailable;
    for (std::size_t i = 0; i < kUnknownReasons; ++i) reasons[i] += other.reasons[i];
    unknown_at = std::max(unknown_at, other.unknown_at);
    unleased_at = std::max(unleased_at, other.unleased_at);
}

WatchedTier::Seen WatchedTier::seen(RemoteKey key) const {
    const auto found = seen_.find({key.kind, std::string(key.bytes)});
    return found == seen_.end() ? Seen{} : found->second;
}

void WatchedTier::start_read(runtime::Worker& worker, RemoteRead& read) {
    ++under_way;
    auto watch = std::make_unique<Watch>(*this, worker, read);
    tier_.start_read(worker, *watch.release());
}

void WatchedTier::note(RemoteKey key, const RemoteAnswer& answer, SteadyTime now) {
    switch (answer.state) {
        case RemoteState::hit:
            ++counts.hits;
            break;
        case RemoteState::miss:
            ++counts.misses;
            break;
        case RemoteState::unknown:
            ++counts.unknowns;
            ++counts.reasons[static_cast<std::size_t>(answer.reason)];
            counts.unknown_at = now;
            seen_[{key.kind, std::string(key.bytes)}].unknown = now;
            break;
    }
    if (!answer.from_replica) return;
    ++counts.by_replica;
    seen_[{key.kind, std::string(key.bytes)}].by_replica = now;
}

runtime::Task<LeaseAnswer> WatchedTier::take_lease(runtime::Worker& worker, RemoteKey key,
                                                   SteadyTime deadline) {
    ++counts.leases;
    const LeaseAnswer answer = co_await tier_.take_lease(worker, key, deadline);
    if (answer.state == LeaseState::won) ++counts.leases_won;
    if (answer.state == LeaseState::unavailable) {
        ++counts.leases_unavailable;
        counts.unleased_at = worker.now();
    }
    co_return answer;
}

runtime::Task<FillState> WatchedTier::fill(runtime::Worker& worker, RemoteFill fill) {
    ++counts.fills;
    const FillState state = co_await tier_.fill(worker, std::move(fill));
    if (state == FillState::stored) ++counts.fills_stored;
    co_return state;
}

}  // namespace aside::lab
