#include "lab/trials/steady_ages.h"

#include <algorithm>

#include "lab/load/key_choice.h"

namespace aside::lab::trials {

namespace {

constexpr double kFreshTimes = 3;     // so long has the load gone on
constexpr double kRequestsMax = 2e6;  // and no longer than these take

// Requests as the load makes them, one after the other, and when each object was loaded.
class LongLoad {
  public:
    LongLoad(const Dataset& data, const Workload& workload)
        : data_(data),
          workload_(workload),
          random_(workload.seed),
          keys_(load::zipf_keys(workload.data.items, workload.zipf, workload.seed)),
          loaded_at_(workload.data.objects),
          cdn_until_(workload.data.items) {
        const auto fresh = static_cast<double>(workload.objects_fresh.count());
        for (Duration& loaded : loaded_at_)
            loaded = -Duration(static_cast<Duration::rep>(random_.unit() * fresh));
    }

    std::vector<Duration> run() {
        const std::chrono::duration<double> long_enough = kFreshTimes * workload_.objects_fresh;
        const auto requests = static_cast<std::uint64_t>(
            std::min(kRequestsMax, long_enough.count() * workload_.per_second));
        const double every_ns = 1e9 / workload_.per_second;
        for (std::uint64_t done = 0; done < requests; ++done) {
            now_ = Duration(static_cast<Duration::rep>(static_cast<double>(done) * every_ns));
            ask(keys_->next(random_));
        }
        const Duration oldest = oldest_filled(workload_);
        std::vector<Duration> ages;
        for (const Duration loaded : loaded_at_) ages.push_back(std::min(now_ - loaded, oldest));
        return ages;
    }

  private:
    void ask(std::uint64_t item) {
        if (now_ < cdn_until_[item]) return;
        cdn_until_[item] = now_ + workload_.cdn_time_to_live;
        for (const std::uint32_t object : data_.references(static_cast<std::uint32_t>(item))) {
            if (now_ - loaded_at_[object] >= workload_.objects_fresh) loaded_at_[object] = now_;
        }
    }

    const Dataset& data_;
    const Workload& workload_;
    Random random_;
    std::unique_ptr<load::KeyChoice> keys_;
    Duration now_{};
    std::vector<Duration> loaded_at_;
    std::vector<Duration> cdn_until_;
};

}  // namespace

Duration oldest_filled(const Workload& workload) {
    return workload.objects_fresh + workload.stale / 8;
}

std::vector<Duration> steady_ages(const Dataset& data, const Workload& workload) {
    return LongLoad(data, workload).run();
}

}  // namespace aside::lab::trials
