// How often things of a few kinds happened lately: counts in slots of time that fall out of a
// window as it moves on.
//
// A slot is a twentieth of the window, so the window's edge is only known to within one: `within`
// leaves the slot out that is partly outside, `covering` counts it whole. Thread rule: one at a
// time. `now` may lag behind an earlier call's by a little (workers' clocks): then it counts as
// that.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"

namespace aside::engine {

template <std::size_t kKinds>
class RecentCounts {
  public:
    explicit RecentCounts(Duration window) : slot_time_(window / kSlots) {}

    void add(SteadyTime now, std::size_t kind) {
        advance(now);
        ++slots_[static_cast<std::size_t>(newest_) % slots_.size()][kind];
        ++covering_[kind];
    }
    // At least what happened in nineteen twentieths of the window, and nothing older than it.
    std::uint64_t within(SteadyTime now, std::size_t kind) {
        advance(now);
        return covering_[kind] -
               slots_[static_cast<std::size_t>(newest_ + 1) % slots_.size()][kind];
    }
    // At least what happened in the window.
    std::uint64_t covering(SteadyTime now, std::size_t kind) {
        advance(now);
        return covering_[kind];
    }

  private:
    static constexpr std::size_t kSlots = 20;

    void advance(SteadyTime now) {
        const std::int64_t slot = now.time_since_epoch() / slot_time_;
        const auto steps = std::clamp<std::int64_t>(slot - newest_, 0, kSlots + 1);
        for (std::int64_t i = 1; i <= steps; ++i) {
            auto& oldest = slots_[static_cast<std::size_t>(newest_ + i) % slots_.size()];
            for (std::size_t kind = 0; kind < kKinds; ++kind) covering_[kind] -= oldest[kind];
            oldest = {};
        }
        newest_ = std::max(newest_, slot);
    }

    const Duration slot_time_;
    std::array<std::array<std::uint32_t, kKinds>, kSlots + 1> slots_{};
    std::array<std::uint64_t, kKinds> covering_{};
    std::int64_t newest_ = 0;
};

}  // namespace aside::engine
