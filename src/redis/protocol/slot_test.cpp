#include "redis/protocol/slot.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

TEST(Slot, CrcIsTheSpecificationsXmodem) {
    EXPECT_EQ(crc16("123456789"), 0x31C3);
    EXPECT_EQ(crc16(""), 0);
}

// What CLUSTER KEYSLOT of Redis 7.0 says.
TEST(Slot, IsTheServers) {
    const struct {
        std::string_view name;
        std::uint16_t slot;
    } rows[] = {
        {"foo", 12182},
        {"bar", 5061},
        {"somekey", 11058},
        {"foo{hash_tag}", 2515},
        {"hello", 866},
        {"123456789", 12739},
        {"", 0},
    };
    for (const auto& row : rows) EXPECT_EQ(slot_of_name(row.name), row.slot) << row.name;
}

// The examples of the cluster specification, section "Hash tags", and their edges.
TEST(Slot, TagIsBetweenTheFirstBraceAndTheFirstClosingOneAfterIt) {
    const struct {
        std::string_view name, tag;
    } rows[] = {
        {"{user1000}.following", "user1000"},
        {"foo{}{bar}", "foo{}{bar}"},
        {"foo{{bar}}zap", "{bar"},
        {"foo{bar}{zap}", "bar"},
        {"}{", "}{"},
        {"a}b{c}", "c"},
        {"{", "{"},
        {"{}", "{}"},
        {"{a", "{a"},
        {"a}", "a}"},
        {"", ""},
    };
    for (const auto& row : rows) EXPECT_EQ(hash_tag(row.name), row.tag) << row.name;
    EXPECT_EQ(slot_of_name("{user1000}.following"), slot_of_name("{user1000}.followers"));
}

}  // namespace
}  // namespace aside::redis
