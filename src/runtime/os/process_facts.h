// What the system says about this process. Thread rule: any thread; reads /proc.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace aside::runtime {

struct ProcessFacts {
    int process_id = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptor_limit = 0;
    Duration cpu_time{};  // of all its threads, in user and in system mode
};

// 0 where the system does not say.
ProcessFacts process_facts();

}  // namespace aside::runtime
