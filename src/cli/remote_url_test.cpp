#include "cli/remote_url.h"

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

TEST(RemoteUrlTest, NamesItsParts) {
    const auto url = parse_remote_url(
        "rediss://me%40home:p%3Ass@cache.example,10.0.0.1:7001,[::1]:7002/?ca_file=/etc/ca.pem");
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->user, "me@home");
    EXPECT_EQ(url->password, "p:ss");
    EXPECT_EQ(url->ca_file, "/etc/ca.pem");
    ASSERT_EQ(url->seeds.size(), 3U);
    EXPECT_EQ(to_string(url->seeds[0]), "cache.example:6379");
    EXPECT_EQ(to_string(url->seeds[1]), "10.0.0.1:7001");
    EXPECT_EQ(to_string(url->seeds[2]), "[::1]:7002");
}

TEST(RemoteUrlTest, APasswordMayComeFromAFile) {
    const auto url = parse_remote_url("redis://aside@localhost:7000?password_file=/run/secret");
    ASSERT_TRUE(url) << url.error().detail;
    EXPECT_FALSE(url->tls);
    EXPECT_EQ(url->user, "aside");
    EXPECT_EQ(url->password, "");
    EXPECT_EQ(url->password_file, "/run/secret");
}

TEST(RemoteUrlTest, SaysWhatIsWrongAndShowsNoPassword) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "expected redis://"},
        {"http://localhost", "expected redis://"},
        {"redis:/localhost", "expected redis://"},
        {"redis://", "is no host and port"},
        {"redis://localhost:x", "is no host and port"},
        {"redis://localhost:0", "is no host and port"},
        {"redis://a,,b", "is no host and port"},
        {"redis://localhost/2", "numbered databases"},
        {"redis://u:sesame@localhost?password_file=/x", "a password and a password_file"},
        {"redis://localhost?cert_file=/x", "belong together"},
        {"redis://localhost?ca_file=/x", "need rediss://"},
        {"redis://localhost?password=sesame", "is not known"},
        {"redis://localhost?ca_file", "is not known"},
        {"rediss://localhost?ca_file=/x&ca_file=/y", "stands twice"},
        {"redis://u:%zz@localhost", "not percent-encoded"},
        {"rediss://u@localhost?auth=iam", "needs name="},
        {"rediss://localhost?auth=iam&name=c", "needs a user"},
        {"rediss://u:sesame@localhost?auth=iam&name=c", "auth=iam and a password"},
        {"rediss://u@localhost?auth=iam&name=c&password_file=/x", "auth=iam and a password"},
        {"rediss://u@localhost?auth=ldap&name=c", "auth may be iam"},
        {"rediss://u@localhost?auth=iam&name=c&service=redis", "service may be"},
        {"rediss://u@localhost?name=c", "belong to auth=iam"},
    };
    for (const auto& [text, expected] : cases) {
        const auto url = parse_remote_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, Errc::bad_input) << text;
        EXPECT_NE(url.error().detail.find(expected), std::string::npos) << url.error().detail;
        EXPECT_EQ(url.error().detail.find("sesame"), std::string::npos) << url.error().detail;
    }
}

TEST(RemoteUrlTest, APasswordMayBeAnIamToken) {
    const auto url = parse_remote_url("rediss://aside@cache.example?auth=iam&name=Shop-Cache");
    ASSERT_TRUE(url) << url.error().detail;
    ASSERT_TRUE(url->iam);
    EXPECT_EQ(url->iam->name, "shop-cache") << "as the service knows it";
    EXPECT_EQ(url->iam->user, "aside");
    EXPECT_EQ(url->iam->region, "");
    EXPECT_EQ(url->iam->service, aws::TokenFor::elasticache);
    const auto memory_db = parse_remote_url(
        "rediss://aside@db.example?auth=iam&name=db&service=memorydb&region=eu-west-1");
    ASSERT_TRUE(memory_db) << memory_db.error().detail;
    EXPECT_EQ(memory_db->iam->service, aws::TokenFor::memorydb);
    EXPECT_EQ(memory_db->iam->region, "eu-west-1");
    EXPECT_FALSE(parse_remote_url("rediss://aside@cache.example")->iam);
}

}  // namespace
}  // namespace aside::cli
