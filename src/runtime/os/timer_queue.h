// The timers of one worker: a binary heap that lets a timer be moved later for the price of a
// store.
//
// Servers arm one timer a connection and push it back at every request. So a timer in the heap
// keeps its old place when it is armed for later or disarmed, and is put right when its old time
// comes. Thread rule: the worker's. Ownership: a timer takes itself out when it is destroyed, also
// from inside its own callback.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "runtime/worker.h"

namespace aside::runtime {

class OsTimer;

class TimerQueue {
  public:
    // No timer wants to be looked at before this time; kNever when there is none.
    SteadyTime next() const { return heap_.empty() ? kNever : heap_.front().key; }
    // Calls what was due by `now`, each once at most.
    void run_due(SteadyTime now);

  private:
    friend class OsTimer;
    struct Entry {
        SteadyTime key;
        OsTimer* timer;
    };
    void insert(OsTimer& timer, SteadyTime key);
    void remove(std::uint32_t position);
    void sift_up(std::uint32_t position);
    void sift_down(std::uint32_t position);
    void place(std::uint32_t position, Entry entry);

    std::vector<Entry> heap_;
};

class OsTimer final : public Timer {
  public:
    OsTimer(TimerQueue& queue, Callback fired) : queue_(queue), fired_(std::move(fired)) {}
    ~OsTimer() override;
    void arm(SteadyTime when) override;
    void disarm() override { when_ = kNever; }

  private:
    friend class TimerQueue;
    static constexpr std::uint32_t kOutside = ~std::uint32_t{0};

    TimerQueue& queue_;
    SteadyTime when_ = kNever;  // what its owner asked for; its key in the heap is not later
    std::uint32_t position_ = kOutside;  // in the heap
    Callback fired_;
};

}  // namespace aside::runtime
