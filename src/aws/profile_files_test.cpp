#include "aws/profile_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(ProfileFiles, AreReadAsTheCliReadsThem) {
    Profiles profiles;
    ASSERT_TRUE(read_profiles(R"(# who we are
[default]
region = eu-west-1
s3 =
    addressing_style = path
    max_concurrent_requests = 20
output=json

[profile dev]
Region=us-east-1 ; not this
role_arn = arn:aws:iam::1:role/r#not-a-comment
[sso-session corp]
sso_region = x
[services local]
s3 =
  endpoint_url = http://localhost
[ profile	spaced ]
region = x
[prod]
region = of no profile
)",
                              ProfileFile::config, profiles));
    ASSERT_TRUE(
        read_profiles("\r\n[dev]\r\naws_access_key_id = AKIA\r\n"
                      "aws_secret_access_key = a=b/+c\r\n[default]\nregion=eu-west-2",
                      ProfileFile::credentials, profiles));
    EXPECT_THAT(profiles["default"],
                ElementsAre(Pair("output", "json"), Pair("region", "eu-west-2"), Pair("s3", "")));
    EXPECT_THAT(profiles["dev"],
                ElementsAre(Pair("aws_access_key_id", "AKIA"),
                            Pair("aws_secret_access_key", "a=b/+c"), Pair("region", "us-east-1"),
                            Pair("role_arn", "arn:aws:iam::1:role/r#not-a-comment")));
    EXPECT_EQ(profiles["spaced"]["region"], "x");
    EXPECT_EQ(profiles.size(), 3U);
}

TEST(ProfileFiles, AreRefusedByLineWithoutShowingIt) {
    for (const std::string_view text :
         {"[default]\nregion = x\ns3cr3t", "\n\ns3cr3t = 1", "[default]\n\n= s3cr3t",
          "[default]\n\n[s3cr3t", "#\n#\n  s3cr3t = 1"}) {
        Profiles profiles;
        const auto read = read_profiles(text, ProfileFile::config, profiles);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, Errc::bad_input);
        EXPECT_THAT(read.error().detail, HasSubstr("line 3"));
        EXPECT_THAT(read.error().detail, Not(HasSubstr("s3cr3t")));
    }
}

}  // namespace
}  // namespace aside::aws
