#include "redis/link/handshake.h"

#include <gtest/gtest.h>

namespace aside::redis {
namespace {

// `text` is a reply on the wire; gives what the handshake says to it.
Result<bool> answer(Handshake& handshake, std::string_view text, std::string& out) {
    wire::RespReader reader;
    EXPECT_EQ(reader.read(text), wire::RespReader::Result::frame) << text;
    return handshake.reply(reader.root(), out);
}

std::string hello(std::string_view role, std::string_view mode, std::string_view more = {},
                  int pairs = 5) {
    const auto bulk = [](std::string_view text) {
        return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
    };
    return "%" + std::to_string(pairs) + "\r\n" + bulk("server") + bulk("redis") + bulk("version") +
           bulk("7.0.15") + bulk("proto") + ":3\r\n" + bulk("mode") + bulk(mode) + bulk("role") +
           bulk(role) + std::string(more);
}

// Everything that is sent, with words instead of frames.
std::string words(std::string_view out) {
    std::string text;
    while (!out.empty()) {
        wire::RespReader reader;
        if (reader.read(out) != wire::RespReader::Result::frame) return text + "?";
        for (const auto& node : reader.nodes().subspan(1)) text += std::string(node.text) + " ";
        text += "| ";
        out.remove_prefix(reader.frame_bytes());
    }
    return text;
}

TEST(Handshake, SaysHelloAndLearnsWhoAnswered) {
    Handshake handshake({}, {});
    std::string out;
    handshake.start(out);
    EXPECT_EQ(words(out), "HELLO 3 SETNAME aside | ");
    const auto done = answer(handshake,
                             hello("master", "cluster",
                                   "$7\r\nmodules\r\n*1\r\n%1\r\n$4\r\nname\r\n$4\r\nrole\r\n"
                                   "$17\r\navailability_zone\r\n$10\r\nus-east-1a\r\n",
                                   7),
                             out);
    ASSERT_TRUE(done && *done);
    EXPECT_EQ(handshake.facts().role, ServerRole::primary);
    EXPECT_TRUE(handshake.facts().cluster);
    EXPECT_EQ(handshake.facts().server, "redis");
    EXPECT_EQ(handshake.facts().version, "7.0.15");
    EXPECT_EQ(handshake.facts().zone, "us-east-1a");
}

TEST(Handshake, SendsPasswordsWithAUser) {
    const struct {
        const char* user;
        const char* password;
        const char* sent;
    } cases[] = {{"", "", "HELLO 3 SETNAME aside | "},
                 {"", "s3cret", "HELLO 3 AUTH default s3cret SETNAME aside | "},
                 {"app", "s3cret", "HELLO 3 AUTH app s3cret SETNAME aside | "}};
    for (const auto& each : cases) {
        Handshake handshake({}, {.user = each.user, .password = each.password});
        std::string out;
        handshake.start(out);
        EXPECT_EQ(words(out), each.sent);
    }
    std::string out;
    append_auth(out, {.user = "", .password = "new"});
    EXPECT_EQ(words(out), "AUTH default new | ");
}

TEST(Handshake, AsksForReadsOnlyOfAReplicaInACluster) {
    const struct {
        const char* role;
        const char* mode;
        bool wanted, sent;
    } cases[] = {{"replica", "cluster", true, true},
                 {"replica", "cluster", false, false},
                 {"master", "cluster", true, false},
                 {"replica", "standalone", true, false}};
    for (const auto& each : cases) {
        Handshake handshake({.read_from_replica = each.wanted, .track_prefix = ""}, {});
        std::string out;
        const auto done = answer(handshake, hello(each.role, each.mode), out);
        ASSERT_TRUE(done);
        EXPECT_EQ(*done, !each.sent);
        EXPECT_EQ(words(out), each.sent ? "READONLY | " : "");
    }
}

TEST(Handshake, TracksAPrefixLast) {
    Handshake handshake({.read_from_replica = true, .track_prefix = "aside:t:"}, {});
    std::string out;
    EXPECT_FALSE(answer(handshake, hello("replica", "cluster"), out).value_or(true));
    EXPECT_EQ(words(out), "READONLY | ");
    out.clear();
    EXPECT_FALSE(answer(handshake, "+OK\r\n", out).value_or(true));
    EXPECT_EQ(words(out), "CLIENT TRACKING ON BCAST PREFIX aside:t: | ");
    EXPECT_TRUE(answer(handshake, "+OK\r\n", out).value_or(false));
}

TEST(Handshake, SaysWhyItFailed) {
    const struct {
        std::string reply;
        Errc code;
    } cases[] = {
        {"-NOAUTH HELLO must be called with the client already authenticated\r\n", Errc::denied},
        {"-WRONGPASS invalid username-password pair or user is disabled.\r\n", Errc::denied},
        {"-NOPERM this user has no permissions to run the 'hello' command\r\n", Errc::denied},
        {"-ERR max number of clients reached\r\n", Errc::overloaded},
        {"-ERR unknown command 'HELLO', with args beginning with: 's3cret'\r\n", Errc::unsupported},
        {"-NOPROTO unsupported protocol version\r\n", Errc::unsupported},
        {"-BUSY Redis is busy running a script.\r\n", Errc::busy},
        {"+OK\r\n", Errc::unsupported},
        {"*2\r\n+server\r\n+redis\r\n", Errc::unsupported},
        {"%1\r\n+server\r\n+redis\r\n", Errc::protocol},
        {"%0\r\n", Errc::protocol},
        {"%1\r\n+proto\r\n:2\r\n", Errc::unsupported},
        {hello("arbiter", "cluster"), Errc::protocol},
        {hello("master", "sentinel"), Errc::unsupported},
    };
    for (const auto& each : cases) {
        Handshake handshake({}, {.user = "app", .password = "s3cret"});
        std::string out;
        const auto done = answer(handshake, each.reply, out);
        ASSERT_FALSE(done) << each.reply;
        EXPECT_EQ(done.error().code, each.code) << each.reply;
        EXPECT_EQ(done.error().detail.find("s3cret"), std::string::npos);
        EXPECT_EQ(out, "");
    }
}

TEST(Handshake, FailsAtItsLaterSteps) {
    for (const char* reply : {"-NOPERM no\r\n", ":1\r\n"}) {
        Handshake handshake({.track_prefix = "t"}, {});
        std::string out;
        EXPECT_TRUE(answer(handshake, hello("master", "cluster"), out));
        EXPECT_FALSE(answer(handshake, reply, out)) << reply;
    }
}

}  // namespace
}  // namespace aside::redis
