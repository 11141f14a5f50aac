#include "memory/allocator_holes.h"

#include <cstddef>

// jemalloc's; null where the program is not linked with it.
extern "C" __attribute__((weak)) int mallctl(const char* name, void* old_value,
                                             std::size_t* old_size, void* new_value,
                                             std::size_t new_size);

namespace aside::memory {
namespace {

std::uint64_t read_statistic(const char* name) noexcept {
    std::size_t value = 0;
    std::size_t size = sizeof value;
    return mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

}  // namespace

std::uint64_t allocator_holes_bytes() noexcept {
    if (&mallctl == nullptr) return 0;
    std::uint64_t refresh = 1;
    if (mallctl("epoch", nullptr, nullptr, &refresh, sizeof refresh) != 0) return 0;
    const std::uint64_t active = read_statistic("stats.active");
    const std::uint64_t allocated = read_statistic("stats.allocated");
    return active > allocated ? active - allocated : 0;
}

}  // namespace aside::memory
