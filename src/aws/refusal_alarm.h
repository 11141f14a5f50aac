// Tells the log of what only somebody who changes a setting can mend: loudly, and once a minute at
// most, for each request would say it again. Thread rule: any worker. Ownership: borrows the log.
#pragma once

#include <atomic>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "telemetry/log.h"

namespace aside::aws {

class RefusalAlarm {
  public:
    // `log` may be null. `store`: for people, "s3://shop".
    RefusalAlarm(telemetry::Logger* log, std::string store) : log_(log), store_(std::move(store)) {}

    void raise(SteadyTime now, const Error& error) {
        constexpr Duration kEvery = std::chrono::minutes(1);
        SteadyTime due = due_.load(std::memory_order_relaxed);
        if (!log_ || now < due) return;
        // Whoever is first tells it.
        if (!due_.compare_exchange_strong(due, now + kEvery, std::memory_order_relaxed)) return;
        log_->error("store.refused",
                    {{"store", store_}, {"reason", name_of(error.code)}, {"detail", error.detail}});
    }

  private:
    telemetry::Logger* const log_;
    const std::string store_;
    std::atomic<SteadyTime> due_{SteadyTime::min()};
};

}  // namespace aside::aws
