// Which keys are asked most: a sampled Space-Saving summary per worker (Metwally, Agrawal, El
// Abbadi: "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005),
// merged when somebody asks.
//
// One look-up in kSampleEvery is counted, so the hit path pays one increment. Counts are halved
// from time to time: the list is of now, not of since the start. Thread rule: `note` on the worker
// given; `top` from any thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/cache_key.h"

namespace aside::engine {

class HotKeys {
  public:
    static constexpr std::uint32_t kSampleEvery = 16;      // a power of two
    static constexpr std::size_t kTracked = 128;           // per worker
    static constexpr std::uint32_t kHalveAfter = 1 << 16;  // samples

    struct Hot {
        ValueKind kind = ValueKind::object;
        std::string bytes;
        std::uint64_t estimated_hits = 0;
    };

    explicit HotKeys(unsigned workers)
        : summaries_(std::make_unique<Summary[]>(workers)), workers_(workers) {}

    void note(unsigned worker, const Value& value) {
        Summary& summary = summaries_[worker];
        if ((++summary.tick & (kSampleEvery - 1)) == 0) count(summary, value);
    }
    // Hottest first, at most `limit`.
    std::vector<Hot> top(std::size_t limit) const;

  private:
    struct Tracked {
        std::uint64_t hash = 0;
        std::uint64_t samples = 0;
        ValueKind kind = ValueKind::object;
        std::string bytes;
    };
    struct alignas(64) Summary {
        std::uint32_t tick = 0;  // the worker's own
        mutable Mutex mutex;     // contended only while somebody asks
        std::array<Tracked, kTracked> tracked ASIDE_GUARDED_BY(mutex);
        std::uint32_t samples ASIDE_GUARDED_BY(mutex) = 0;
    };
    static void count(Summary& summary, const Value& value);

    std::unique_ptr<Summary[]> summaries_;
    const unsigned workers_;
};

}  // namespace aside::engine
