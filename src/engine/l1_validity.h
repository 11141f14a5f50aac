// Which values of L1 may be answered without asking L2 again. Only where there is an L2.
//
// Two rules. An unversioned object, an index entry and an absence must have been confirmed, by L2
// or the origin, less than l1.max_age ago: that bounds how long this process can differ from the
// fleet when an invalidation does not reach it. And a value confirmed before its slot's last gap
// (invalidations may have gone unheard, or the slot's owner changed) must be asked about, versioned
// or not.
//
// Thread rule: any thread, no lock; a look costs a read of one line that hardly ever changes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/time.h"
#include "base/value.h"
#include "engine/ports/remote_tier.h"

namespace aside::engine {

class L1Validity {
  public:
    // A value's own bound is max_age less up to `jitter` of it, by its key's hash: what was
    // confirmed together is not asked about together.
    L1Validity(Duration max_age, double jitter)
        : max_age_(max_age.count()),
          jitter_step_(static_cast<std::int64_t>(static_cast<double>(max_age.count()) * jitter) >>
                       kJitterBits),
          sure_for_(max_age_ - (std::int64_t{1} << kJitterBits) * jitter_step_) {}

    bool holds(const Value& value, SteadyTime now) const {
        const SteadyTime checked = value.checked_at();
        if (ns(checked) <= newest_gap_.load(std::memory_order_acquire)) [[unlikely]] {
            if (ns(checked) <= gaps_[value.slot()].load(std::memory_order_relaxed)) return false;
        }
        const std::int64_t age = (now - checked).count();
        if (age < sure_for_) [[likely]]
            return true;
        if (value.kind() == ValueKind::versioned_object && !value.absent()) return true;
        const auto jitter = static_cast<std::int64_t>(value.key_hash() >> (64 - kJitterBits));
        return age < max_age_ - jitter * jitter_step_;
    }

    void note_gap(SlotRange slots, SteadyTime now) {
        for (std::uint32_t slot = slots.first; slot <= slots.last && slot < kSlots; ++slot)
            raise(gaps_[slot], ns(now));
        raise(newest_gap_, ns(now));
    }

  private:
    static constexpr unsigned kJitterBits = 10;
    static std::int64_t ns(SteadyTime at) { return at.time_since_epoch().count(); }
    static void raise(std::atomic<std::int64_t>& time, std::int64_t to) {
        std::int64_t seen = time.load(std::memory_order_relaxed);
        while (seen < to && !time.compare_exchange_weak(seen, to, std::memory_order_release)) {
        }
    }

    // Steady times in nanoseconds. What a look reads is on one line, which only a gap writes.
    alignas(64) std::atomic<std::int64_t> newest_gap_{-1};
    const std::int64_t max_age_;
    const std::int64_t jitter_step_;
    const std::int64_t sure_for_;  // whatever the key
    std::array<std::atomic<std::int64_t>, kSlots> gaps_{};
};

}  // namespace aside::engine
