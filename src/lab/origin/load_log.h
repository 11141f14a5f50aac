// What the origin of a trial was asked, load by load.
//
// Thread rule: any thread. Bounded: who takes it too seldom loses the newest, and can see how many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"

namespace aside::lab {

enum class LoadKind : std::uint8_t { object, item };
enum class LoadEnd : std::uint8_t {
    found,
    not_modified,
    absent,
    throttled,  // 503: over the limit, or by the fault plan
    failed,     // by the fault plan, or because the origin went
    abandoned,  // the client went away before its answer
};
inline constexpr std::size_t kLoadEnds = 6;

// One request for one object or item. A BatchGetItem of n items is n of these.
struct OriginLoad {
    SteadyTime began, ended;
    std::uint32_t number = 0;  // of the object or item; Dataset::kNoNumber: none there is
    LoadKind kind = LoadKind::object;
    LoadEnd end = LoadEnd::found;
    bool conditional = false;       // If-None-Match: a refresh, not a miss
    std::uint16_t in_progress = 0;  // of its store when it began, itself included
};

constexpr std::uint16_t saturated(std::uint64_t count) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint16_t>::max();
    return static_cast<std::uint16_t>(std::min(count, kMost));
}

class LoadLog {
  public:
    static constexpr std::size_t kMostLoads = 4'000'000;  // 128 MB

    void add(const OriginLoad& load) ASIDE_EXCLUDES(mutex_);
    std::vector<OriginLoad> take() ASIDE_EXCLUDES(mutex_);
    std::uint64_t lost() const ASIDE_EXCLUDES(mutex_);

  private:
    mutable Mutex mutex_;
    std::vector<OriginLoad> loads_ ASIDE_GUARDED_BY(mutex_);
    std::uint64_t lost_ ASIDE_GUARDED_BY(mutex_) = 0;
};

}  // namespace aside::lab
