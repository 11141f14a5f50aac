// A bounded pool of threads for calls that block. What was taken is run, also while the pool ends.
// Thread rule: submit() from any thread, stop() and the destructor from the one that made it.
#pragma once

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "runtime/blocking.h"

namespace aside::runtime {

class OsBlockingPool final : public BlockingPool {
  public:
    OsBlockingPool(unsigned threads, std::size_t queue_limit);
    ~OsBlockingPool() override { stop(); }

    bool submit(Callback job) override ASIDE_EXCLUDES(mutex_);
    // Takes no more jobs, runs those it has, ends its threads.
    void stop() ASIDE_EXCLUDES(mutex_);

  private:
    void run(unsigned index) ASIDE_EXCLUDES(mutex_);

    const std::size_t queue_limit_;
    Mutex mutex_;
    std::condition_variable_any wanted_;
    std::deque<Callback> queue_ ASIDE_GUARDED_BY(mutex_);
    bool stopping_ ASIDE_GUARDED_BY(mutex_) = false;
    std::vector<std::thread> threads_;
};

}  // namespace aside::runtime
