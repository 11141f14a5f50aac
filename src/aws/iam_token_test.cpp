#include "aws/iam_token.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/credential_sources.h"
#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::aws {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// 2026-11-25T17:00:00Z
constexpr WallTime kAt{std::chrono::seconds(1795626000)};

AwsCredentials keys(std::string token = {}) {
    return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            Secret(std::move(token))};
}

// The signatures are those of botocore 1.43's SigV4QueryAuth for
// https://NAME/?Action=connect[&ResourceType=ServerlessCache]&User=USER.
TEST(IamToken, IsThePresignedConnect) {
    const std::string token = make_iam_token(
        {TokenFor::elasticache, "my-cache", "iam-user-01", "eu-west-1"}, keys(), kAt);
    EXPECT_EQ(token,
              "my-cache/?Action=connect&User=iam-user-01&X-Amz-Algorithm=AWS4-HMAC-SHA256"
              "&X-Amz-Credential=AKIDEXAMPLE%2F20261125%2Feu-west-1%2Felasticache%2Faws4_request"
              "&X-Amz-Date=20261125T170000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
              "&X-Amz-Signature=ddc18fd072e87216c16212e419e3d016c03497961bdeef1496d8eabf61a85d6a");
    const std::string serverless =
        make_iam_token({TokenFor::elasticache_serverless, "my-cache", "iam-user-01", "eu-west-1"},
                       keys("to/ken=="), kAt);
    EXPECT_THAT(serverless, HasSubstr("&ResourceType=ServerlessCache&"));
    EXPECT_THAT(serverless, HasSubstr("&X-Amz-Security-Token=to%2Fken%3D%3D&"));
    EXPECT_THAT(serverless,
                EndsWith("6dcf5bd67568b01ef67be42277854095d866cc825abab5097ec8fb5f4bbd7a58"));
    EXPECT_THAT(
        make_iam_token({TokenFor::memorydb, "my-cluster", "iam-user-01", "us-east-2"}, keys(), kAt),
        EndsWith("e078d9b2229ef1ce2f482d5740724ad5530809c50156141809aafe5095111f92"));
}

struct PasswordTest : testing::Test {
    Result<Credentials> dial(PasswordSource& source) {
        return world.run(source.credentials(world.worker(0)));
    }
    std::unique_ptr<CredentialSource> given() {
        return make_source(
            KeysGiven{"test", keys()},
            {.files = files, .workers = 1, .registry = registry, .sts = {}, .tls_connect = {}});
    }
    runtime::SimWorld world;
    runtime::SimFiles files{world};
    telemetry::Registry registry{1};
};

TEST_F(PasswordTest, EachDialGetsAFreshToken) {
    CredentialProvider provider(given(), {}, registry, nullptr);
    IamPasswordSource source({TokenFor::memorydb, "my-cluster", "user", "us-east-2"}, provider);
    std::set<std::string> passwords;
    for (int i = 0; i < 5; ++i) {
        const auto got = dial(source);
        ASSERT_TRUE(got);
        EXPECT_EQ(got->user, "user");
        EXPECT_THAT(got->password, StartsWith("my-cluster/?Action=connect&User=user&"));
        EXPECT_GE(got->renew_by - world.now(), std::chrono::hours(11));
        EXPECT_LT(got->renew_by - world.now(), std::chrono::hours(12));
        passwords.insert(got->password);
        world.run_for(std::chrono::seconds(1));
    }
    EXPECT_EQ(passwords.size(), 5U);
}

TEST_F(PasswordTest, WithoutCredentialsTheDialFailsAndSaysWhy) {
    struct Failing final : CredentialSource {
        std::string_view name() const override { return "test"; }
        runtime::Task<Result<FetchedCredentials>> fetch(runtime::Worker&, SteadyTime) override {
            co_return fail(Errc::denied, "the instance has no role");
        }
    };
    CredentialProvider provider(std::make_unique<Failing>(), {}, registry, nullptr);
    IamPasswordSource source({TokenFor::elasticache, "c", "u", "eu-west-1"}, provider);
    EXPECT_EQ(to_string(dial(source).error()), "denied: the instance has no role");
}

}  // namespace
}  // namespace aside::aws
