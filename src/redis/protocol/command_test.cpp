#include "redis/protocol/command.h"

#include <set>

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

std::string encoded(Command command, std::initializer_list<std::string_view> arguments) {
    std::string out;
    append_command(out, command, arguments);
    return out;
}

TEST(Commands, AreArraysOfBulkStringsWordByWord) {
    EXPECT_EQ(encoded(Command::ping, {}), "*1\r\n$4\r\nPING\r\n");
    EXPECT_EQ(encoded(Command::get, {"k"}), "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
    EXPECT_EQ(encoded(Command::cluster_slots, {}), "*2\r\n$7\r\nCLUSTER\r\n$5\r\nSLOTS\r\n");
    EXPECT_EQ(encoded(Command::client_tracking, {"ON", ""}),
              "*4\r\n$6\r\nCLIENT\r\n$8\r\nTRACKING\r\n$2\r\nON\r\n$0\r\n\r\n");
}

TEST(Commands, NoneReachesBeyondItsOwnKeys) {
    std::set<std::string_view> words;
    for (const CommandFacts& facts : commands()) {
        EXPECT_TRUE(words.insert(facts.words).second) << facts.words;
        EXPECT_TRUE(facts.acl.starts_with('+')) << facts.words;
        EXPECT_FALSE(facts.purpose.empty()) << facts.words;
    }
    for (const std::string_view never :
         {"KEYS", "SCAN", "MGET", "FLUSHALL", "FLUSHDB", "CONFIG", "SCRIPT FLUSH"}) {
        EXPECT_FALSE(words.contains(never)) << never;
    }
}

TEST(Acl, PermitsTheTableAndNothingElse) {
    const std::string rules = acl_rules("aside:");
    EXPECT_TRUE(rules.starts_with("resetkeys ~aside:* resetchannels -@all +hello ")) << rules;
    EXPECT_NE(rules.find(" +cluster|slots "), std::string::npos);
    EXPECT_EQ(rules.find("+@"), std::string::npos);
    EXPECT_TRUE(acl_rules("a*[x]?\\:").starts_with("resetkeys ~a\\*\\[x\\]\\?\\\\:* "));
    EXPECT_TRUE(acl_rules("").starts_with("resetkeys ~* resetchannels "));
}

}  // namespace
}  // namespace aside::redis
