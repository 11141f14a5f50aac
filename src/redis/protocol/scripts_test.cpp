#include "redis/protocol/scripts.h"

#include <set>

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

// That each SHA-1 is its source's, and what the scripts do, is tested on a server:
// tests/redis_scripts_test.py.
TEST(Scripts, AreNamedAndHashed) {
    std::set<std::string_view> names, hashes;
    for (const Script* script : scripts()) {
        EXPECT_TRUE(names.insert(script->name).second);
        EXPECT_TRUE(hashes.insert(script->sha1).second);
        EXPECT_EQ(script->sha1.size(), 40U);
        EXPECT_EQ(script->sha1.find_first_not_of("0123456789abcdef"), std::string_view::npos);
        EXPECT_NE(script->source.find("redis.call("), std::string_view::npos);
        EXPECT_LT(script->source.size(), 400U);
    }
}

}  // namespace
}  // namespace aside::redis
