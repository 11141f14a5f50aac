// A password that changes while it is in use, and a count of how often it was asked for.
//
// Thread rule: any thread.
#pragma once

#include <atomic>
#include <string>

#include "base/mutex.h"
#include "engine/ports/password_source.h"
#include "lab/local_cluster.h"

namespace aside::lab {

class RotatingPassword final : public PasswordSource {
  public:
    // `lasts`: how long a session opened with it may go without renewal; 0: for ever.
    explicit RotatingPassword(std::string password, Duration lasts = {})
        : lasts_(lasts), password_(std::move(password)) {}

    void set(std::string password) {
        MutexLock lock(mutex_);
        password_ = std::move(password);
    }
    std::uint64_t asked() const { return asked_.load(std::memory_order_relaxed); }

    runtime::Task<Result<Credentials>> credentials(runtime::Worker& worker) override {
        asked_.fetch_add(1, std::memory_order_relaxed);
        Credentials answer{std::string(kClientUser), {}, kNever};
        if (lasts_ > Duration{}) answer.renew_by = worker.now() + lasts_;
        {
            MutexLock lock(mutex_);
            answer.password = password_;
        }
        co_return answer;
    }

  private:
    const Duration lasts_;
    std::atomic<std::uint64_t> asked_{0};
    Mutex mutex_;
    std::string password_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::lab
