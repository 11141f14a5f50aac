// How much memory the allocator holds between the blocks it was asked for. When the sizes of values
// change, what is evicted leaves holes that the new ones do not fit in, and the process grows
// although the sum of its blocks does not.
//
// Thread rule: any thread. Costs some tens of microseconds. 0 when the process does not run on
// jemalloc.
#pragma once

#include <cstdint>

namespace aside::memory {

std::uint64_t allocator_holes_bytes() noexcept;

}  // namespace aside::memory
