#include "base/epoch.h"

namespace aside {

EpochDomain::EpochDomain(unsigned slots)
    : slot_count_(slots), slots_(std::make_unique<Slot[]>(slots)) {}

bool EpochDomain::passed(std::uint64_t stamp) const {
    for (unsigned i = 0; i < slot_count_; ++i) {
        // A reader that entered at an epoch below the stamp may have looked before the unlink.
        if (slots_[i].epoch.load(std::memory_order_seq_cst) < stamp) return false;
    }
    return true;
}

}  // namespace aside
