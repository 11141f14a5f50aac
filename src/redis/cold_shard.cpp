#include "redis/cold_shard.h"

#include <algorithm>
#include <cmath>

namespace aside::redis {

namespace {

constexpr Duration kWindow = std::chrono::milliseconds(100);
// Fewer reads say nothing: the window goes on. With 64 and the weight below, the fast average of a
// steady share strays from it by 3 % at most, one standard deviation.
constexpr std::uint32_t kReadsMin = 64;
constexpr float kFastWeightMax = 0.3F;
constexpr float kFastSeconds = 0.3F;
constexpr float kSlowUpSeconds = 30;
constexpr float kSlowDownSeconds = 5;
constexpr float kSlowColdSeconds = 60;  // while cold the usual is remembered, but not for ever
constexpr float kJumpMin = 0.12F;
constexpr float kHitsLost = 0.5F;               // cold under this part of the usual hits
constexpr float kHitsBack = 0.75F;              // warm over this part
constexpr float kNearUsual = 0.06F;             // or when the shares are so close
constexpr std::uint32_t kLearningWindows = 10;  // a plain average, until there is a usual

float weight(float seconds, float constant) {
    return 1 - std::exp(-seconds / constant);
}

float moved(float from, float to, float weight) {
    return from + weight * (to - from);
}

}  // namespace

void ColdShards::judge(Shard& shard, float share, float seconds) {
    float fast = shard.fast.load(std::memory_order_relaxed);
    float slow = shard.slow.load(std::memory_order_relaxed);
    bool cold = shard.cold.load(std::memory_order_relaxed);
    const std::uint32_t seen = shard.windows.load(std::memory_order_relaxed);
    if (seen < kLearningWindows) {
        slow = moved(slow, share, 1.0F / static_cast<float>(seen + 1));
        fast = slow;
        shard.windows.store(seen + 1, std::memory_order_relaxed);
    } else {
        fast = moved(fast, share, std::min(weight(seconds, kFastSeconds), kFastWeightMax));
        const float constant = fast < slow ? kSlowDownSeconds
                               : cold      ? kSlowColdSeconds
                                           : kSlowUpSeconds;
        slow = moved(slow, fast, weight(seconds, constant));
        const float hits = 1 - fast;
        const float usual = 1 - slow;
        cold = cold ? hits < kHitsBack * usual && fast - slow > kNearUsual
                    : hits < kHitsLost * usual && fast - slow > kJumpMin;
    }
    shard.fast.store(fast, std::memory_order_relaxed);
    shard.slow.store(slow, std::memory_order_relaxed);
    shard.cold.store(cold, std::memory_order_relaxed);
}

void ColdShards::end_window(Shard& shard, SteadyTime now) {
    const std::int64_t now_ns = now.time_since_epoch().count();
    std::int64_t ends = shard.window_ends_ns.load(std::memory_order_relaxed);
    const std::int64_t next = now_ns + kWindow.count();
    if (now_ns < ends || !shard.window_ends_ns.compare_exchange_strong(ends, next)) return;
    if (ends == 0) {
        shard.judged_at_ns.store(now_ns, std::memory_order_relaxed);
        return;
    }
    const auto hits = shard.hits.load(std::memory_order_relaxed);
    const auto misses = shard.misses.load(std::memory_order_relaxed);
    if (hits + misses < kReadsMin) return;
    shard.hits.fetch_sub(hits, std::memory_order_relaxed);
    shard.misses.fetch_sub(misses, std::memory_order_relaxed);
    const auto judged_at = shard.judged_at_ns.exchange(now_ns, std::memory_order_relaxed);
    judge(shard, static_cast<float>(misses) / static_cast<float>(hits + misses),
          static_cast<float>(now_ns - judged_at) * 1e-9F);
}

std::uint32_t ColdShards::cold_count() const {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        shards_, [](const Shard& shard) { return shard.cold.load(std::memory_order_relaxed); }));
}

}  // namespace aside::redis
