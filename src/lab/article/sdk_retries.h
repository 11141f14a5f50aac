// What AWS's SDKs do by themselves when a call fails: three attempts in all, with full jitter
// between them. Whoever writes a service by hand gets that with the SDK.
//
// Thread rule: on the worker given. Ownership: `ask` is copied; what it refers to must outlive the
// task. Source: "Retry behavior" in the AWS SDKs and Tools Reference Guide (standard mode), and the
// numbers of the SDK for JavaScript v3 (@smithy/util-retry).
#pragma once

#include "base/error_meaning.h"
#include "runtime/worker.h"

namespace aside::lab {

inline constexpr int kSdkAttempts = 3;
inline constexpr Duration kSdkDelay = std::chrono::milliseconds(100);
inline constexpr Duration kSdkThrottledDelay = std::chrono::milliseconds(500);

// `ask()` gives a Task<Result<Loaded>>.
template <class Loaded, class Ask>
runtime::Task<Result<Loaded>> with_sdk_retries(runtime::Worker& worker, SteadyTime deadline,
                                               Ask ask) {
    Result<Loaded> answer = co_await ask();
    for (int attempt = 1; attempt < kSdkAttempts; ++attempt) {
        if (answer) break;
        const Errc code = answer.error().code;
        if (code != Errc::throttled && !retry_may_help(code)) break;
        const Duration base = code == Errc::throttled ? kSdkThrottledDelay : kSdkDelay;
        const auto delay = std::chrono::duration_cast<Duration>(worker.random().unit() *
                                                                (base * (1 << (attempt - 1))));
        if (worker.now() + delay >= deadline) break;
        co_await runtime::sleep_for(worker, delay);
        Result<Loaded> next = co_await ask();
        answer = std::move(next);
    }
    co_return answer;
}

}  // namespace aside::lab
