// Keeps the process within its bound when the allocator needs more than the values themselves:
// withholds capacity from them for as long as there are more holes between their blocks than the
// allowance.
//
// Evicting a value makes a hole first and frees a page only with the last value on it, so there is
// no telling how much must go: the control takes a step at a time, and looks again after so many
// bytes were put.
//
// Thread rule: note_put() and withheld_bytes() from any thread; adjust() by one at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace aside::memory {

class FootprintControl {
  public:
    explicit FootprintControl(std::uint64_t capacity_bytes)
        : capacity_(capacity_bytes),
          limit_(capacity_bytes + capacity_bytes / kAllowance),
          period_(std::max<std::uint64_t>(capacity_bytes / kPeriods, kMinPeriodBytes)) {}

    // True when it is time to look again.
    bool note_put(std::uint64_t bytes) noexcept {
        const std::uint64_t before = put_.fetch_add(bytes, std::memory_order_relaxed);
        return before / period_ != (before + bytes) / period_;
    }

    // `footprint`: what the store counts, and the holes.
    void adjust(std::uint64_t footprint) noexcept {
        const std::uint64_t step = std::max(capacity_ / kPeriods * kGain, std::uint64_t{1});
        std::uint64_t withheld = withheld_.load(std::memory_order_relaxed);
        if (footprint > limit_) {
            withheld += std::min(footprint - limit_, step);
        } else {
            withheld -= std::min({withheld, (limit_ - footprint) / 2, step});
        }
        withheld_.store(std::min(withheld, capacity_ / 4 * 3), std::memory_order_relaxed);
    }

    std::uint64_t withheld_bytes() const noexcept {
        return withheld_.load(std::memory_order_relaxed);
    }

  private:
    static constexpr std::uint64_t kAllowance = 40;  // 1/40 of the capacity may be holes
    static constexpr std::uint64_t kPeriods = 128;   // looks in the time the store is filled once
    static constexpr std::uint64_t kGain = 2;        // a step is twice what was put since the last
    static constexpr std::uint64_t kMinPeriodBytes = 1024 * 1024;

    const std::uint64_t capacity_;
    const std::uint64_t limit_;
    const std::uint64_t period_;
    std::atomic<std::uint64_t> put_{0};
    std::atomic<std::uint64_t> withheld_{0};
};

}  // namespace aside::memory
