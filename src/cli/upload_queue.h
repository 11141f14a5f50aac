// Uploads that go on while the next ones are being read: so many at once, and no more.
//
// Thread rule: made, used and destroyed on one thread, which is no worker; the uploads run on the
// runtime's first worker, where those of one call begin in one turn of the loop (a store may make
// one request of them). Ownership: borrows the runtime, which has been started. Errors: the first
// one that any upload ended in; after it nothing more is begun.
#pragma once

#include <atomic>
#include <optional>
#include <semaphore>
#include <vector>

#include "base/mutex.h"
#include "cli/upload_attempts.h"
#include "runtime/runtime.h"

namespace aside::cli {

class UploadQueue {
  public:
    // `cut_off` is called on the worker when the queue is given up: what is under way should end.
    UploadQueue(runtime::Runtime& runtime, UploadLimits limits,
                std::function<void(runtime::Worker&)> cut_off);
    // Waits for what is under way.
    ~UploadQueue();
    UploadQueue(const UploadQueue&) = delete;

    // Waits while too much is under way.
    Result<void> add(std::vector<Upload> together);
    // Waits for all of them.
    Result<void> finish();

  private:
    // Of uploads together: one for each, and one for each kBytesOfPlace on top.
    std::uint32_t places_of(const std::vector<Upload>& together) const;
    void take(std::uint32_t places);
    runtime::Task<> run(runtime::Worker& worker, std::vector<Upload> together,
                        std::uint32_t places);
    runtime::Task<> run_one(runtime::Worker& worker, Upload upload);
    Result<void> so_far();

    static constexpr std::uint64_t kBytesOfPlace = std::uint64_t{1} << 20;
    runtime::Worker& worker_;
    const UploadLimits limits_;
    const std::function<void(runtime::Worker&)> cut_off_;
    std::counting_semaphore<> places_;
    std::atomic<bool> given_up_{false};
    Mutex mutex_;
    std::optional<Error> failure_ ASIDE_GUARDED_BY(mutex_);
};

}  // namespace aside::cli
