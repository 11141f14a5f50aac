// A CDN as far as what it keeps from the target goes: it answers a key that was fetched less than
// its time-to-live ago, and lets one request at a time fetch a key; those that ask meanwhile wait
// for that one's answer, good or bad (CloudFront's request collapsing: Amazon CloudFront Developer
// Guide, "Request and response behavior for custom origins", simultaneous requests for the same
// object).
//
// It is harder on the target than a real one: failures are not remembered (CloudFront keeps them
// for 10 s), no stale answer stands in for one, and nothing is evicted; and kinder, for all
// viewers share one cache, as behind Origin Shield. Thread rule: one owner. Memory: 12 bytes a key,
// taken at once.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace aside::lab::load {

enum class CdnAnswer : std::uint8_t {
    hit,
    waits,    // answered by the CDN too, once the fetch under way has ended
    fetches,  // goes to the target; fetched() or failed() must be told once, and will be
};

class CdnModel {
  public:
    // Keys are the numbers below `keys`.
    CdnModel(std::uint64_t keys, Duration time_to_live);

    CdnAnswer ask(std::uint64_t key, SteadyTime now);

    // The fetch of this key has ended: how many waited for it and have that answer too. When they
    // were due, who asks remembers.
    std::uint32_t fetched(std::uint64_t key, SteadyTime now);
    std::uint32_t failed(std::uint64_t key);

    struct Counts {
        std::uint64_t hits = 0, fetches = 0;
        std::uint64_t waited = 0, waited_in_vain = 0;  // for answers; for failures
    };
    const Counts& counts() const { return counts_; }

  private:
    static constexpr std::uint32_t kIdle = UINT32_MAX;  // no fetch under way

    std::uint32_t end_fetch(std::uint64_t key);

    Duration time_to_live_;
    std::vector<SteadyTime> fresh_until_;
    std::vector<std::uint32_t> waiting_;  // or kIdle
    Counts counts_;
};

}  // namespace aside::lab::load
