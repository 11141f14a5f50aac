#include "lab/article/key_slot.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

// By CLUSTER KEYSLOT of redis 7.0.15; the sum of 123456789 is the specification's own example.
TEST(KeySlot, IsWhatRedisSays) {
    EXPECT_EQ(key_slot("123456789"), 0x31c3);
    EXPECT_EQ(key_slot("foo"), 12182);
    EXPECT_EQ(key_slot("b"), 3300);
    EXPECT_EQ(key_slot("foo{hash_tag}"), key_slot("hash_tag"));
    EXPECT_EQ(key_slot("{a}{b}"), key_slot("a"));
    EXPECT_NE(key_slot("{}b"), key_slot("b"));  // an empty tag is none
    EXPECT_EQ(key_slot(""), 0);
}

}  // namespace
}  // namespace aside::lab
