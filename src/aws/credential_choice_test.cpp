#include "aws/credential_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ChoiceTest : testing::Test {
    Variables variables() {
        return [this](std::string_view name) {
            const auto found = set.find(name);
            return found == set.end() ? std::string() : found->second;
        };
    }
    Result<CredentialChoice> choose() { return choose_credentials(variables(), profiles); }
    // Which it is, in a word.
    std::string chosen() {
        const auto choice = choose();
        if (!choice) return to_string(choice.error());
        if (const auto* given = std::get_if<KeysGiven>(&*choice)) {
            return given->from + " " + given->credentials.access_key_id;
        }
        if (const auto* web = std::get_if<WebIdentity>(&*choice)) {
            return "web " + web->role_arn + " " + web->session_name + " " + web->token_file;
        }
        if (const auto* container = std::get_if<ContainerRole>(&*choice)) {
            return "container " + container->at.authority() + " " + container->target;
        }
        return "instance " + std::get<InstanceRole>(*choice).at.authority();
    }

    std::map<std::string, std::string, std::less<>> set;
    Profiles profiles;
};

TEST_F(ChoiceTest, FollowsAwsOrder) {
    EXPECT_EQ(chosen(), "instance 169.254.169.254");
    set["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
    EXPECT_EQ(chosen(), "container 169.254.170.2 /v2/credentials/1");
    profiles["default"] = {{"region", "eu-west-1"}};  // says nothing of credentials
    EXPECT_EQ(chosen(), "container 169.254.170.2 /v2/credentials/1");
    profiles["default"] = {{"aws_access_key_id", "DEF"}, {"aws_secret_access_key", "s"}};
    EXPECT_EQ(chosen(), "profile default DEF");
    profiles["dev"] = {{"aws_access_key_id", "DEV"}, {"aws_secret_access_key", "s"}};
    set["AWS_PROFILE"] = "dev";
    EXPECT_EQ(chosen(), "profile dev DEV");
    set["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/var/token";
    set["AWS_ROLE_ARN"] = "arn:r";
    EXPECT_EQ(chosen(), "web arn:r aside /var/token");
    set["AWS_ACCESS_KEY_ID"] = "ENV";
    set["AWS_SECRET_ACCESS_KEY"] = "s";
    EXPECT_EQ(chosen(), "environment ENV");
}

TEST_F(ChoiceTest, TakesTheSessionTokenAlong) {
    set = {
        {"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}};
    EXPECT_EQ(std::get<KeysGiven>(*choose()).credentials.session_token.reveal(), "t");
    set.clear();
    profiles["default"] = {
        {"aws_access_key_id", "DEF"}, {"aws_secret_access_key", "s"}, {"aws_session_token", "u"}};
    EXPECT_EQ(std::get<KeysGiven>(*choose()).credentials.session_token.reveal(), "u");
}

TEST_F(ChoiceTest, RefusesHalvesAndSaysWhichIsMissing) {
    set = {{"AWS_ACCESS_KEY_ID", "ENV"}};
    EXPECT_THAT(chosen(), HasSubstr("only the id is given"));
    set = {{"AWS_SECRET_ACCESS_KEY", "s3cr3t"}};
    EXPECT_THAT(chosen(), testing::AllOf(HasSubstr("only the secret"), Not(HasSubstr("s3cr3t"))));
    set = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}};
    EXPECT_THAT(chosen(), HasSubstr("AWS_ROLE_ARN"));
    set = {{"AWS_PROFILE", "nobody"}};
    EXPECT_THAT(chosen(), HasSubstr("not_found"));
    set = {{"AWS_EC2_METADATA_DISABLED", "true"}};
    EXPECT_THAT(chosen(), HasSubstr("no credentials"));
}

TEST_F(ChoiceTest, RefusesProfilesItCannotFollow) {
    for (const char* setting : {"credential_process", "sso_session", "sso_start_url", "role_arn"}) {
        profiles["default"] = {{setting, "x"}};
        EXPECT_THAT(chosen(), HasSubstr("unsupported"));
        EXPECT_THAT(chosen(), HasSubstr(setting));
    }
    profiles["default"] = {{"role_arn", "arn:r"},
                           {"source_profile", "other"},
                           {"aws_access_key_id", "DEF"},
                           {"aws_secret_access_key", "s"}};
    EXPECT_THAT(chosen(), HasSubstr("unsupported"));
    profiles["default"] = {{"role_arn", "arn:r"}, {"web_identity_token_file", "/t"}};
    EXPECT_EQ(chosen(), "web arn:r aside /t");
    set["AWS_PROFILE"] = "empty";
    profiles["empty"] = {{"region", "x"}};
    EXPECT_THAT(chosen(), HasSubstr("profile empty"));
}

TEST_F(ChoiceTest, ContainersMayBeAskedInTheClearOnlyNearby) {
    const auto full = [this](std::string uri) {
        set = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", std::move(uri)}};
        return chosen();
    };
    EXPECT_EQ(full("http://169.254.170.23/v1/credentials"),
              "container 169.254.170.23 /v1/credentials");
    EXPECT_EQ(full("http://[fd00:ec2::23]/v1/credentials"),
              "container [fd00:ec2::23] /v1/credentials");
    EXPECT_EQ(full("http://localhost:8080/x?y=1"), "container localhost:8080 /x?y=1");
    EXPECT_EQ(full("http://127.0.0.2"), "container 127.0.0.2 /");
    EXPECT_EQ(full("https://example.com/x"), "container example.com /x");
    for (const char* uri : {"http://example.com/x", "http://127.evil.example/x",
                            "http://169.254.170.2.evil.example/", "ftp://localhost/", "/x"}) {
        EXPECT_THAT(full(uri), HasSubstr("bad_input")) << uri;
    }
    set = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/"}};
    EXPECT_THAT(chosen(), HasSubstr("bad_input"));
}

TEST_F(ChoiceTest, FindsTheRegion) {
    EXPECT_EQ(choose_region(variables(), profiles), "");
    profiles["default"] = {{"region", "eu-west-1"}};
    EXPECT_EQ(choose_region(variables(), profiles), "eu-west-1");
    set["AWS_DEFAULT_REGION"] = "eu-west-2";
    EXPECT_EQ(choose_region(variables(), profiles), "eu-west-2");
    set["AWS_REGION"] = "eu-west-3";
    EXPECT_EQ(choose_region(variables(), profiles), "eu-west-3");
}

TEST_F(ChoiceTest, LoadsTheFilesWhereTheyAre) {
    runtime::SimWorld world;
    runtime::SimFiles files(world);
    EXPECT_TRUE(load_profiles(variables(), files)->empty());
    set["HOME"] = "/h";
    EXPECT_TRUE(load_profiles(variables(), files)->empty());
    files.put("/h/.aws/config", "[profile a]\nregion = x\n");
    files.put("/h/.aws/credentials", "[a]\naws_access_key_id = k\n");
    EXPECT_EQ(load_profiles(variables(), files)->at("a").size(), 2U);
    set["AWS_CONFIG_FILE"] = set["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
    EXPECT_TRUE(load_profiles(variables(), files)->empty());
    set.erase("AWS_CONFIG_FILE");
    files.put("/other", "[b]\nregion = y\n[c\n");
    set["AWS_SHARED_CREDENTIALS_FILE"] = "/other";
    const auto broken = load_profiles(variables(), files);
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().detail, HasSubstr("/other, line 3"));
    files.faults.denied = true;
    EXPECT_EQ(load_profiles(variables(), files).error().code, Errc::denied);
}

}  // namespace
}  // namespace aside::aws
