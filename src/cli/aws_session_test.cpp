#include "cli/aws_session.h"

#include <gtest/gtest.h>

#include "cli/aws_stores.h"
#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::cli {
namespace {

class AwsSessionTest : public ::testing::Test {
  protected:
    AwsSession session(std::vector<std::string> environment) {
        return {{}, std::move(environment), files_, 1, registry_, nullptr};
    }
    // "region host[:port] tls"
    std::string place(std::vector<std::string> environment, const std::string& region = "",
                      const std::string& endpoint = "", aws::Service service = aws::Service::s3) {
        const auto found = session(std::move(environment)).place(service, region, endpoint);
        if (!found) return to_string(found.error());
        return found->region + " " + found->at.authority() + (found->at.tls ? " tls" : "");
    }
    runtime::SimWorld world_;
    runtime::SimFiles files_{world_};
    telemetry::Registry registry_{1};
};

TEST_F(AwsSessionTest, ARegionComesFromTheUrlTheEnvironmentOrTheProfile) {
    EXPECT_EQ(place({}, "eu-west-1"), "eu-west-1 s3.eu-west-1.amazonaws.com tls");
    EXPECT_EQ(place({"AWS_REGION=eu-west-2"}, "eu-west-1"),
              "eu-west-1 s3.eu-west-1.amazonaws.com tls");
    EXPECT_EQ(place({"AWS_DEFAULT_REGION=cn-north-1"}),
              "cn-north-1 s3.cn-north-1.amazonaws.com.cn tls");
    files_.put("/me/.aws/config", "[default]\nregion = sa-east-1\n");
    EXPECT_EQ(place({"HOME=/me"}, "", "", aws::Service::dynamodb),
              "sa-east-1 dynamodb.sa-east-1.amazonaws.com tls");
    EXPECT_EQ(place({}),
              "bad_input: no region is given: say region= in the URL, or set AWS_REGION, or region "
              "in the profile");
    EXPECT_EQ(place({}, "mars-1"),
              "bad_input: \"mars-1\" is not a region of AWS; for a server of your own give "
              "endpoint= too");
}

TEST_F(AwsSessionTest, AnEndpointComesFromTheUrlTheEnvironmentOrTheRegion) {
    EXPECT_EQ(place({}, "", "http://127.0.0.1:8480"), "us-east-1 127.0.0.1:8480");
    EXPECT_EQ(place({"AWS_REGION=eu-west-1"}, "", "https://minio.example"),
              "eu-west-1 minio.example tls");
    EXPECT_EQ(place({"AWS_ENDPOINT_URL_S3=http://a:1", "AWS_ENDPOINT_URL=http://b:2"}),
              "us-east-1 a:1");
    EXPECT_EQ(place({"AWS_ENDPOINT_URL_S3=http://a:1", "AWS_ENDPOINT_URL=http://b:2"}, "", "",
                    aws::Service::dynamodb),
              "us-east-1 b:2");
    EXPECT_EQ(place({"AWS_ENDPOINT_URL=http://b:2"}, "garage", "http://c:3"), "garage c:3");
    EXPECT_EQ(place({"AWS_USE_DUALSTACK_ENDPOINT=true"}, "eu-west-1"),
              "eu-west-1 s3.dualstack.eu-west-1.amazonaws.com tls");
    EXPECT_EQ(place({"AWS_USE_FIPS_ENDPOINT=true"}, "us-west-2", "", aws::Service::dynamodb),
              "us-west-2 dynamodb-fips.us-west-2.amazonaws.com tls");
    EXPECT_TRUE(place({}, "", "ftp://x").starts_with("bad_input: not an endpoint's URL"));
    EXPECT_EQ(place({}, "", "http://me:sesame@x"),
              "bad_input: the endpoint's URL holds a user: it may not");
    EXPECT_EQ(place({}, "", "http://x/base"),
              "unsupported: the endpoint x/base: a path after the host is not supported");
}

TEST_F(AwsSessionTest, AFileThatIsWrongIsToldAndOneThatIsNotNeededIsNotRead) {
    files_.put("/me/.aws/config", "[default\n");
    EXPECT_NE(place({"HOME=/me"}).find("/me/.aws/config"), std::string::npos);
    EXPECT_EQ(place({"HOME=/me"}, "eu-west-1"), "eu-west-1 s3.eu-west-1.amazonaws.com tls");
}

TEST_F(AwsSessionTest, HasOneProviderForAll) {
    AwsSession keys = session({"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=sesame"});
    const auto provider = keys.provider();
    ASSERT_TRUE(provider) << to_string(provider.error());
    EXPECT_EQ(keys.provider().value(), *provider);
    const auto found = world_.run((*provider)->credentials(world_.worker(0), kNever));
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)->access_key_id, "A");
    keys.close(world_.worker(0));

    const auto half = session({"AWS_ACCESS_KEY_ID=A"}).provider().error();
    EXPECT_EQ(half.code, Errc::bad_input);
    EXPECT_TRUE(half.detail.starts_with("credentials for AWS: ")) << half.detail;
    const auto nowhere = session({"AWS_WEB_IDENTITY_TOKEN_FILE=/t", "AWS_ROLE_ARN=r"}).provider();
    EXPECT_TRUE(nowhere.error().detail.starts_with("web identity: no region is given"))
        << nowhere.error().detail;
}

TEST_F(AwsSessionTest, TlsIsForHttpsAloneAndVerifiesByTheBundle) {
    const AwsSession bundled = session({"AWS_CA_BUNDLE=/ca.pem"});
    const auto plain = bundled.client_options("s3", {{"h", 80}, false, ""});
    EXPECT_FALSE(plain.connect.tls);
    EXPECT_EQ(plain.name, "s3");
    EXPECT_EQ(to_string(plain.endpoint), "h:80");
    const auto tls = bundled.client_options("s3", {{"h", 443}, true, ""});
    ASSERT_TRUE(tls.connect.tls);
    EXPECT_EQ(tls.connect.tls->ca_file, "/ca.pem");
}

// "bucket's host, where it is reached, style"
std::string styled(const S3Url& url, const std::string& host, std::uint16_t port, bool tls,
                   bool given) {
    const AwsPlace place{"eu-west-1", {{host, port}, tls, ""}, given};
    http_client::ClientOptions http;
    http.endpoint = place.at.address;
    const auto options = s3_options(url, place, http);
    if (!options) return options.error().detail;
    return host_of(options->bucket) + " " + to_string(options->http.endpoint) +
           (options->bucket.in_path ? " path" : " virtual");
}

TEST(AwsStoresTest, AStyleIsChosenByWhereTheBucketIs) {
    const std::string aws = "s3.eu-west-1.amazonaws.com";
    const S3Url plain{.bucket = "shop"};
    const S3Url dotted{.bucket = "shop.example"};
    EXPECT_EQ(styled(plain, aws, 443, true, false),
              "shop.s3.eu-west-1.amazonaws.com shop.s3.eu-west-1.amazonaws.com:443 virtual");
    EXPECT_EQ(styled(dotted, aws, 443, true, false),
              "s3.eu-west-1.amazonaws.com s3.eu-west-1.amazonaws.com:443 path");
    EXPECT_EQ(styled(plain, "127.0.0.1", 8480, false, true), "127.0.0.1:8480 127.0.0.1:8480 path");
    const S3Url path{.bucket = "shop", .style = BucketStyle::path};
    EXPECT_EQ(styled(path, aws, 443, true, false),
              "s3.eu-west-1.amazonaws.com s3.eu-west-1.amazonaws.com:443 path");
    S3Url by_host{.bucket = "shop", .style = BucketStyle::virtual_hosted};
    EXPECT_EQ(styled(by_host, "localhost", 8480, false, true),
              "shop.localhost:8480 shop.localhost:8480 virtual");
    EXPECT_NE(styled(by_host, "127.0.0.1", 8480, false, true).find("give style=path"),
              std::string::npos);
    EXPECT_NE(styled(by_host, "::1", 8480, false, true).find("give style=path"), std::string::npos);
    by_host.bucket = "shop.example";
    EXPECT_NE(styled(by_host, aws, 443, true, false).find("does not cover"), std::string::npos);
    EXPECT_EQ(styled(by_host, "localhost", 80, false, true),
              "shop.example.localhost shop.example.localhost:80 virtual");
}

TEST(AwsStoresTest, ATableIsAskedForAsTheUrlSays) {
    DynamodbUrl url;
    url.layout.table = "items";
    url.consistent = true;
    const AwsPlace place{"eu-west-1", {{"127.0.0.1", 8000}, false, ""}, true};
    http_client::ClientOptions http;
    http.endpoint = place.at.address;
    const auto options = dynamodb_options(url, place, http, 7);
    EXPECT_EQ(options.layout.table, "items");
    EXPECT_EQ(options.region, "eu-west-1");
    EXPECT_EQ(options.host, "127.0.0.1:8000");
    EXPECT_EQ(options.max_references, 7U);
    EXPECT_TRUE(options.always_consistent);
    EXPECT_EQ(to_string(options.http.endpoint), "127.0.0.1:8000");
}

}  // namespace
}  // namespace aside::cli
