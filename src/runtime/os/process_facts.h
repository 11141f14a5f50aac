// What the system says about this process. Thread rule: any thread; reads /proc.
#pragma once

#include <cstdint>

namespace aside::runtime {

struct ProcessFacts {
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptor_limit = 0;
};

// 0 where the system does not say.
ProcessFacts process_facts();

}  // namespace aside::runtime
