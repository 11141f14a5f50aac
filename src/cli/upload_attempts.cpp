#include "cli/upload_attempts.h"

#include <algorithm>

#include "base/error_meaning.h"
#include "runtime/finish_by.h"

namespace aside::cli {
namespace {

Duration pause_before(runtime::Worker& worker, std::uint32_t attempts_made, const Error& error,
                      const UploadLimits& limits) {
    constexpr std::uint32_t kMostDoublings = 20;
    const Duration most = std::min(
        limits.backoff_max,
        limits.backoff_base * (Duration::rep{1} << std::min(attempts_made - 1, kMostDoublings)));
    const auto drawn = static_cast<Duration::rep>(
        worker.random().below(static_cast<std::uint64_t>(most.count()) + 1));
    const Duration asked_for = std::min<Duration>(retry_after(error), limits.backoff_max);
    return std::max(Duration(drawn), asked_for);
}

}  // namespace

runtime::Task<Result<void>> upload_with_retries(runtime::Worker& worker, Upload upload,
                                                UploadLimits limits,
                                                std::function<bool()> given_up) {
    for (std::uint32_t made = 1;; ++made) {
        Result<void> done = co_await runtime::finish_by(worker, upload.attempt(worker),
                                                        worker.now() + limits.attempt_timeout);
        if (done) co_return done;
        Error error = std::move(done.error());
        const bool again = retry_may_help(error.code) && made < limits.attempts && !given_up();
        if (!again) {
            error.detail = upload.name + ": " + error.detail;
            if (made > 1) error.detail += " (after " + std::to_string(made) + " attempts)";
            co_return fail(std::move(error));
        }
        co_await runtime::sleep_for(worker, pause_before(worker, made, error, limits));
    }
}

}  // namespace aside::cli
