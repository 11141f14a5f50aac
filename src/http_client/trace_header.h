// The trace that a process's requests belong to: the value of X-Amzn-Trace-Id, while one request
// is served after the other.
//
// What is under way when another begins may be told as the other's: a header is read when a call
// is made. Thread rule: any thread. Source: AWS X-Ray Developer Guide, "Tracing header".
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.h"

namespace aside::http_client {

class TraceHeader {
  public:
    static constexpr std::string_view kField = "x-amzn-trace-id";

    // Empty: none is sent.
    void set(std::string value) ASIDE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        value_ = std::move(value);
    }
    std::string get() const ASIDE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return value_;
    }

  private:
    mutable Mutex mutex_;
    std::string value_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::http_client
