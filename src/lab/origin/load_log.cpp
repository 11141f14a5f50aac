#include "lab/origin/load_log.h"

#include <utility>

namespace aside::lab {

void LoadLog::add(const OriginLoad& load) {
    const MutexLock lock(mutex_);
    if (loads_.size() == kMostLoads) {
        ++lost_;
    } else {
        loads_.push_back(load);
    }
}

std::vector<OriginLoad> LoadLog::take() {
    const MutexLock lock(mutex_);
    return std::exchange(loads_, {});
}

std::uint64_t LoadLog::lost() const {
    const MutexLock lock(mutex_);
    return lost_;
}

}  // namespace aside::lab
