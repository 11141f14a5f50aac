#include "aws/endpoints.h"

#include <map>

#include <gtest/gtest.h>

#include "aws/partitions.h"

namespace aside::aws {
namespace {

std::string host(Service service, std::string region, bool fips = false, bool dual_stack = false) {
    const auto endpoint = resolve_endpoint(
        service, {.region = std::move(region), .fips = fips, .dual_stack = dual_stack});
    if (!endpoint) return std::string(name_of(endpoint.error().code));
    EXPECT_TRUE(endpoint->tls);
    EXPECT_EQ(endpoint->address.port, 443);
    EXPECT_EQ(endpoint->authority(), endpoint->address.host);
    return endpoint->address.host;
}

// What botocore 1.43's endpoint rules say.
TEST(Endpoints, AreWhereAwsSaysTheyAre) {
    using enum Service;
    EXPECT_EQ(host(s3, "eu-west-1"), "s3.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(s3, "us-east-1"), "s3.us-east-1.amazonaws.com");
    EXPECT_EQ(host(s3, "eu-west-1", false, true), "s3.dualstack.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(s3, "eu-west-1", true, false), "s3-fips.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(s3, "eu-west-1", true, true), "s3-fips.dualstack.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(s3, "cn-north-1", false, true), "s3.dualstack.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(host(s3, "cn-north-1", true, false), "unsupported");
    EXPECT_EQ(host(s3, "us-iso-east-1"), "s3.us-iso-east-1.c2s.ic.gov");
    EXPECT_EQ(host(s3, "eusc-de-east-1"), "s3.eusc-de-east-1.amazonaws.eu");

    EXPECT_EQ(host(dynamodb, "eu-west-1"), "dynamodb.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(dynamodb, "eu-west-1", false, true), "dynamodb.eu-west-1.api.aws");
    EXPECT_EQ(host(dynamodb, "eu-west-1", true, false), "dynamodb-fips.eu-west-1.amazonaws.com");
    EXPECT_EQ(host(dynamodb, "us-gov-west-1", true, false), "dynamodb.us-gov-west-1.amazonaws.com");
    EXPECT_EQ(host(dynamodb, "us-gov-west-1", true, true), "dynamodb-fips.us-gov-west-1.api.aws");
    EXPECT_EQ(host(dynamodb, "cn-northwest-1", false, true),
              "dynamodb.cn-northwest-1.api.amazonwebservices.com.cn");
    EXPECT_EQ(host(dynamodb, "us-isob-east-1", true, true),
              "dynamodb-fips.us-isob-east-1.api.aws.scloud");

    EXPECT_EQ(host(sts, "ap-southeast-4"), "sts.ap-southeast-4.amazonaws.com");
    EXPECT_EQ(host(sts, "us-gov-east-1", true, false), "sts.us-gov-east-1.amazonaws.com");
    EXPECT_EQ(host(sts, "eu-isoe-west-1"), "sts.eu-isoe-west-1.cloud.adc-e.uk");
    EXPECT_EQ(host(sts, "us-isof-south-1", false, true), "sts.us-isof-south-1.api.aws.hci.ic.gov");
}

TEST(Endpoints, RefuseWhatIsNoRegion) {
    for (const std::string region :
         {"", "eu-west", "eu-west-", "eu-west1", "eu-west-1a", "EU-WEST-1", "moon-base-1",
          "us-gov-1", "us--1", "eu-west-1.evil.example/", "eu-west-1 ", "eu_west_1"}) {
        EXPECT_EQ(host(Service::s3, region), "bad_input") << region;
        EXPECT_EQ(partition_of(region), nullptr) << region;
    }
}

TEST(Endpoints, AreAlsoWhereTheUserSays) {
    const auto parsed = [](std::string_view url) {
        const auto endpoint = parse_service_url(url);
        if (!endpoint) return std::string(name_of(endpoint.error().code));
        return (endpoint->tls ? "tls " : "plain ") + endpoint->authority() + " " +
               to_string(endpoint->address) + " " + endpoint->base_path;
    };
    EXPECT_EQ(parsed("http://127.0.0.1:8480"), "plain 127.0.0.1:8480 127.0.0.1:8480 ");
    EXPECT_EQ(parsed("http://localhost/"), "plain localhost localhost:80 ");
    EXPECT_EQ(parsed("https://s3.example/a/b/"), "tls s3.example s3.example:443 /a/b");
    EXPECT_EQ(parsed("https://s3.example:80"), "tls s3.example:80 s3.example:80 ");
    EXPECT_EQ(parsed("http://[fd00:ec2::23]"), "plain [fd00:ec2::23] [fd00:ec2::23]:80 ");
    EXPECT_EQ(parsed("http://[::1]:1338/x"), "plain [::1]:1338 [::1]:1338 /x");
    for (const std::string_view url :
         {"", "127.0.0.1:80", "ftp://a", "http://", "http:///a", "http://a:b", "http://a:99999",
          "http://a:0", "http://user@a", "http://a?b", "http://a/#c", "http://a b", "http://a/b c",
          "http://a:", "HTTP//a"}) {
        EXPECT_EQ(parsed(url), "bad_input") << url;
    }
    const auto there = resolve_endpoint(Service::s3, {.region = "", .url = "http://localhost:1"});
    ASSERT_TRUE(there);
    EXPECT_EQ(there->authority(), "localhost:1");
}

TEST(Endpoints, ComeFromTheEnvironment) {
    std::map<std::string, std::string, std::less<>> set;
    const Variables variable = [&](std::string_view name) {
        const auto found = set.find(name);
        return found == set.end() ? std::string() : found->second;
    };
    EXPECT_EQ(endpoint_url(Service::s3, variable), "");
    set["AWS_ENDPOINT_URL"] = "http://all";
    set["AWS_ENDPOINT_URL_S3"] = "http://s3";
    EXPECT_EQ(endpoint_url(Service::s3, variable), "http://s3");
    EXPECT_EQ(endpoint_url(Service::dynamodb, variable), "http://all");
    set["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    EXPECT_EQ(endpoint_url(Service::s3, variable), "");
}

}  // namespace
}  // namespace aside::aws
