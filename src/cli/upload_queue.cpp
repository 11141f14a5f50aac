#include "cli/upload_queue.h"

#include <algorithm>

#include "runtime/when_all.h"

namespace aside::cli {

UploadQueue::UploadQueue(runtime::Runtime& runtime, UploadLimits limits,
                         std::function<void(runtime::Worker&)> cut_off)
    : worker_(runtime.worker(0)),
      limits_(limits),
      cut_off_(std::move(cut_off)),
      places_(limits.in_flight) {}

UploadQueue::~UploadQueue() {
    given_up_.store(true);
    // It may run when this is gone: nothing need be under way.
    worker_.post([cut_off = cut_off_, &worker = worker_] { cut_off(worker); });
    take(limits_.in_flight);
}

std::uint32_t UploadQueue::places_of(const std::vector<Upload>& together) const {
    std::uint64_t places = 0;
    for (const Upload& upload : together) places += 1 + upload.bytes / kBytesOfPlace;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(places, limits_.in_flight));
}

void UploadQueue::take(std::uint32_t places) {
    for (std::uint32_t i = 0; i < places; ++i) places_.acquire();
}

Result<void> UploadQueue::so_far() {
    const MutexLock lock(mutex_);
    if (failure_) return fail(*failure_);
    return {};
}

Result<void> UploadQueue::add(std::vector<Upload> together) {
    const std::uint32_t places = places_of(together);
    take(places);
    if (auto failed = so_far(); !failed) {
        places_.release(places);
        return failed;
    }
    worker_.post([this, places, together = std::move(together)]() mutable {
        worker_.spawn(run(worker_, std::move(together), places));
    });
    return {};
}

Result<void> UploadQueue::finish() {
    take(limits_.in_flight);
    places_.release(limits_.in_flight);
    return so_far();
}

runtime::Task<> UploadQueue::run(runtime::Worker& worker, std::vector<Upload> together,
                                 std::uint32_t places) {
    std::vector<runtime::Task<>> all;
    all.reserve(together.size());
    for (Upload& upload : together) all.push_back(run_one(worker, std::move(upload)));
    co_await runtime::when_all(worker, std::move(all));
    places_.release(places);  // the last touch: the queue may end now
}

runtime::Task<> UploadQueue::run_one(runtime::Worker& worker, Upload upload) {
    const Result<void> done = co_await upload_with_retries(worker, std::move(upload), limits_,
                                                           [this] { return given_up_.load(); });
    if (done) co_return;
    given_up_.store(true);
    const MutexLock lock(mutex_);
    if (!failure_) failure_ = done.error();
}

}  // namespace aside::cli
