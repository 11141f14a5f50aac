#include "lab/load/cdn_model.h"

#include <utility>

namespace aside::lab::load {

CdnModel::CdnModel(std::uint64_t keys, Duration time_to_live)
    : time_to_live_(time_to_live), fresh_until_(keys, SteadyTime::min()), waiting_(keys, kIdle) {}

CdnAnswer CdnModel::ask(std::uint64_t key, SteadyTime now) {
    if (now < fresh_until_[key]) {
        ++counts_.hits;
        return CdnAnswer::hit;
    }
    if (waiting_[key] != kIdle) {
        ++waiting_[key];
        return CdnAnswer::waits;
    }
    waiting_[key] = 0;
    ++counts_.fetches;
    return CdnAnswer::fetches;
}

std::uint32_t CdnModel::fetched(std::uint64_t key, SteadyTime now) {
    fresh_until_[key] = now > SteadyTime::max() - time_to_live_ ? kNever : now + time_to_live_;
    const std::uint32_t waited = end_fetch(key);
    counts_.waited += waited;
    return waited;
}

std::uint32_t CdnModel::failed(std::uint64_t key) {
    const std::uint32_t waited = end_fetch(key);
    counts_.waited_in_vain += waited;
    return waited;
}

std::uint32_t CdnModel::end_fetch(std::uint64_t key) {
    const std::uint32_t waited = std::exchange(waiting_[key], kIdle);
    return waited == kIdle ? 0 : waited;
}

}  // namespace aside::lab::load
