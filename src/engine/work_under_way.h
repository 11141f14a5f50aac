// What the process is doing that nobody may be waiting for: flights with their leases, fills,
// replays. Counted, so that one can wait until there is nothing.
//
// Thread rule: a token is taken and given back on one worker; idle() on any. A count is its
// worker's own line, which others read only while somebody waits.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside::engine {

class WorkUnderWay {
  public:
    explicit WorkUnderWay(unsigned workers) : counts_(workers) {}
    WorkUnderWay(const WorkUnderWay&) = delete;

    class Token {
      public:
        Token() = default;
        Token(Token&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), worker_(other.worker_) {}
        Token& operator=(Token&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(worker_, other.worker_);
            return *this;
        }
        ~Token() {
            if (of_) of_->end(worker_);
        }

      private:
        friend class WorkUnderWay;
        Token(WorkUnderWay& of, unsigned worker) : of_(&of), worker_(worker) {}
        WorkUnderWay* of_ = nullptr;
        unsigned worker_ = 0;
    };

    Token begin(runtime::Worker& worker) {
        counts_[worker.index()].count.fetch_add(1, std::memory_order_relaxed);
        return {*this, worker.index()};
    }
    std::uint64_t count() const;

    // Ends when nothing is under way, or at this time. True: nothing is.
    runtime::Task<bool> idle(runtime::Worker& worker, SteadyTime until);

  private:
    struct alignas(64) Count {
        std::atomic<std::uint32_t> count{0};
    };
    struct Waiter;

    void end(unsigned worker) {
        // Both seq_cst, as is idle()'s raising of `waiting_` before it looks at the counts: either
        // it sees this one, or is seen here.
        if (counts_[worker].count.fetch_sub(1) == 1 && waiting_.load() != 0) wake();
    }
    void wake() ASIDE_EXCLUDES(mutex_);
    bool forget(Waiter& waiter) ASIDE_EXCLUDES(mutex_);

    std::vector<Count> counts_;
    std::atomic<std::uint32_t> waiting_{0};
    Mutex mutex_;
    std::vector<Waiter*> waiters_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::engine
