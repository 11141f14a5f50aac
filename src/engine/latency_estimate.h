// What a store's loads usually take at most: the 95th percentile of the last kWindow of them.
//
// Thread rule: any thread; lost updates under contention cost a sample.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace aside::engine {

class LatencyEstimate {
  public:
    // Before anything was observed.
    static constexpr Duration kGuess = std::chrono::milliseconds(200);
    static constexpr std::size_t kWindow = 64;

    void note(Duration took) {
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        const std::uint32_t at = next_.fetch_add(1, std::memory_order_relaxed) % kWindow;
        samples_[at].store(static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 1, UINT32_MAX)),
                           std::memory_order_relaxed);
    }
    Duration p95() const {
        std::array<std::uint32_t, kWindow> seen{};
        std::size_t count = 0;
        for (const auto& sample : samples_) {
            const std::uint32_t us = sample.load(std::memory_order_relaxed);
            if (us != 0) seen[count++] = us;
        }
        if (count == 0) return kGuess;
        const std::size_t rank = (count * 95 + 99) / 100 - 1;
        const auto at = seen.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(seen.begin(), at, seen.begin() + static_cast<std::ptrdiff_t>(count));
        return std::chrono::microseconds(*at);
    }

  private:
    std::atomic<std::uint32_t> next_{0};
    std::array<std::atomic<std::uint32_t>, kWindow> samples_{};  // microseconds; 0: none yet
};

}  // namespace aside::engine
