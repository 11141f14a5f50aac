// The alarms of all reads of a worker: a wheel of about a millisecond a slot (Varghese, Lauck:
// "Hashed and Hierarchical Timing Wheels", 1987), so that setting and taking back an alarm costs a
// few writes. What lies beyond a turn of the wheel is looked at once a turn.
//
// Thread rule: one worker. An alarm may be late by a slot, never early.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/time.h"
#include "redis/read_op.h"

namespace aside::redis {

class ReadWheel {
  public:
    // Replaces what was set for this read. `now`: or a moment ago.
    void set(ReadOp& op, SteadyTime when, SteadyTime now) {
        op.wake_at = when;
        insert(op, now);
    }
    static void clear(ReadOp& op) { static_cast<ReadHook<OnWheel>&>(op).leave(); }

    // When to call ring() next; kNever when nothing is set. May be too early.
    SteadyTime next() const {
        if (occupied_ == 0) return kNever;
        const auto after = static_cast<int>((turned_to_ + 1) % kSlotCount);
        const int gap = std::countr_zero(std::rotr(occupied_, after));
        return SteadyTime(Duration((turned_to_ + 1 + gap + 1) << kSlotBits));
    }

    // Calls due(op) for each read whose alarm is due, taken off the wheel. May set alarms in it.
    template <class Due>
    void ring(SteadyTime now, Due due) {
        const std::int64_t present = slot_of(now) - 1;  // slots that have ended
        if (present - turned_to_ > kSlotCount) turned_to_ = present - kSlotCount;
        while (turned_to_ < present) {
            ++turned_to_;
            const auto index = static_cast<std::size_t>(turned_to_ % kSlotCount);
            if ((occupied_ >> index & 1) == 0) continue;
            occupied_ &= ~(1ULL << index);
            ReadList<ReadOp, OnWheel> ended;
            ended.take(slots_[index]);
            while (!ended.empty()) {
                ReadOp& op = ended.pop_front();
                if (op.wake_at > now) {
                    insert(op, now);
                } else {
                    due(op);
                }
            }
        }
    }

  private:
    static constexpr int kSlotBits = 20;  // 2^20 ns
    static constexpr std::int64_t kSlotCount = 64;
    static std::int64_t slot_of(SteadyTime time) {
        return time.time_since_epoch().count() >> kSlotBits;
    }
    void insert(ReadOp& op, SteadyTime now) {
        const std::int64_t present = slot_of(now);
        if (occupied_ == 0) turned_to_ = present - 1;
        const std::int64_t first = turned_to_ + 1;
        std::int64_t slot = slot_of(op.wake_at);
        if (slot < first) slot = first;
        if (slot >= first + kSlotCount) slot = first + kSlotCount - 1;
        const auto index = static_cast<std::size_t>(slot % kSlotCount);
        slots_[index].push_back(op);
        occupied_ |= 1ULL << index;
    }

    std::array<ReadList<ReadOp, OnWheel>, kSlotCount> slots_;
    std::uint64_t occupied_ = 0;   // slots that hold something, or did
    std::int64_t turned_to_ = -1;  // the last slot that was rung
};

}  // namespace aside::redis
