#include "runtime/os/process_facts.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "runtime/os/descriptor.h"
#include "runtime/os/entropy.h"

namespace aside::runtime {
namespace {

TEST(ProcessFacts, CountDescriptorsAndMemory) {
    const auto before = process_facts();
    const Descriptor one(::open("/dev/null", O_RDONLY));
    const Descriptor two(::open("/dev/null", O_RDONLY));
    const auto after = process_facts();
    EXPECT_EQ(after.open_descriptors, before.open_descriptors + 2);
    EXPECT_GT(after.descriptor_limit, after.open_descriptors);
    EXPECT_GT(after.resident_bytes, 100'000U);
}

TEST(Entropy, SeedsDiffer) {
    EXPECT_NE(draw_seed(), draw_seed());
}

}  // namespace
}  // namespace aside::runtime
