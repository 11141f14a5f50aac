#include "cli/store_url.h"

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

std::string path_of(std::string_view url) {
    const auto parsed = parse_store_url(url, "index");
    return parsed ? std::get<FileUrl>(*parsed).path : "(" + parsed.error().detail + ")";
}

TEST(StoreUrlTest, OfFilesIsReadStrictly) {
    EXPECT_EQ(path_of("sqlite:./a//b.db"), "a/b.db");
    EXPECT_EQ(path_of("dir:/data/"), "/data");
    EXPECT_EQ(path_of("dir:."), ".");
    EXPECT_EQ(path_of(""), "(index: no store is given, as in sqlite:aside.db)");
    EXPECT_EQ(path_of("sqlite:"), "(index: sqlite: needs a path after it)");
    EXPECT_EQ(parse_store_url("mysql:x", "index").error().code, Errc::unsupported);
    EXPECT_EQ(path_of("mysql://u:sesame@x"),
              "(index: \"mysql://***@x\" is no store this build knows; it knows sqlite:FILE, "
              "dir:DIRECTORY, s3://BUCKET/PREFIX (objects) and dynamodb://TABLE (the index))");
    EXPECT_FALSE(parse_store_url("aside.db", "index"));
    EXPECT_FALSE(parse_store_url("s3:bucket", "objects"));
    EXPECT_FALSE(parse_store_url("sqlite", "objects"));
}

S3Url s3(std::string_view url) {
    const auto parsed = parse_store_url(url, "objects.url");
    if (parsed) return std::get<S3Url>(*parsed);
    ADD_FAILURE() << url << ": " << parsed.error().detail;
    return {};
}

TEST(StoreUrlTest, OfABucketNamesItsParts) {
    const std::pair<const char*, S3Url> cases[] = {
        {"s3://bucket", {.bucket = "bucket"}},
        {"s3://bucket/", {.bucket = "bucket"}},
        {"s3://bucket/de", {.bucket = "bucket", .prefix = "de/"}},
        {"s3://bucket/de/", {.bucket = "bucket", .prefix = "de/"}},
        {"s3://bucket//", {.bucket = "bucket", .prefix = "/"}},
        {"s3://bucket/a%20b%3F/c?style=path",
         {.bucket = "bucket", .prefix = "a b?/c/", .style = BucketStyle::path}},
        {"s3://bucket?style=virtual&region=eu-west-1",
         {.bucket = "bucket", .region = "eu-west-1", .style = BucketStyle::virtual_hosted}},
        {"s3://a.b-c?endpoint=http://127.0.0.1:8480&",
         {.bucket = "a.b-c", .endpoint = "http://127.0.0.1:8480"}},
        {"s3://bucket?endpoint=http%3A%2F%2Fhost%3A1",
         {.bucket = "bucket", .endpoint = "http://host:1"}},
    };
    for (const auto& [url, expected] : cases) EXPECT_EQ(s3(url), expected) << url;
}

TEST(StoreUrlTest, OfATableNamesItsParts) {
    const auto plain = std::get<DynamodbUrl>(*parse_store_url("dynamodb://items", "index.url"));
    EXPECT_EQ(plain.layout.table, "items");
    EXPECT_EQ(plain.layout.id, "id");
    EXPECT_EQ(plain.layout.references, "refs");
    EXPECT_FALSE(plain.layout.rows());
    EXPECT_FALSE(plain.consistent);
    const auto list = std::get<DynamodbUrl>(
        *parse_store_url("dynamodb://Items_1.x/?key=pk&refs=objects&consistent=true&region="
                         "us-gov-west-1&endpoint=http://[::1]:8000&object_key=k&object_version=v",
                         "index.url"));
    EXPECT_EQ(list.layout.table, "Items_1.x");
    EXPECT_EQ(list.layout.id, "pk");
    EXPECT_EQ(list.layout.references, "objects");
    EXPECT_EQ(list.layout.key, "k");
    EXPECT_EQ(list.layout.version, "v");
    EXPECT_EQ(list.region, "us-gov-west-1");
    EXPECT_EQ(list.endpoint, "http://[::1]:8000");
    EXPECT_TRUE(list.consistent);
    const auto rows = std::get<DynamodbUrl>(
        *parse_store_url("dynamodb://items?position=n%20%C3%A4&consistent=false", "index.url"));
    EXPECT_TRUE(rows.layout.rows());
    EXPECT_EQ(rows.layout.position, "n \xC3\xA4");
}

TEST(StoreUrlTest, SaysWhatIsWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"s3://", "\"\" is no bucket's name: it must have 3 to 63 characters"},
        {"s3://Bucket", "\"Bucket\" is no bucket's name: only lower-case letters"},
        {"s3://-bucket", "is no bucket's name: it must begin and end"},
        {"s3://me:sesame@bucket", "credentials do not belong in this URL"},
        {"dynamodb://me:sesame@items", "credentials do not belong in this URL"},
        {"s3://bucket/%zz", "the prefix is not percent-encoded UTF-8"},
        {"s3://bucket/%00", "the prefix is not percent-encoded UTF-8"},
        {"s3://bucket?regoin=eu-west-1",
         "the parameter \"regoin\" is not known; known are region=, endpoint=, style="},
        {"s3://bucket?key=id", "\"key\" is not known"},
        {"s3://bucket?region=", "region= has no value"},
        {"s3://bucket?region", "region= has no value"},
        {"s3://bucket?region=eu-west-1&region=eu-west-1", "region= stands twice"},
        {"s3://bucket?region=EU", "region=EU is no region"},
        {"s3://bucket?region=a/b", "is no region"},
        {"s3://bucket?style=dns", "style=dns: it may be path or virtual"},
        {"s3://bucket?endpoint=%", "endpoint= is not percent-encoded"},
        {"dynamodb://", "\"\" is no table's name"},
        {"dynamodb://ab", "is no table's name"},
        {"dynamodb://items/x", "\"items/x\" is no table's name"},
        {"dynamodb://items?style=path",
         "the parameter \"style\" is not known; known are region=, endpoint=, key=, refs=, "
         "consistent=, position=, object_key=, object_version="},
        {"dynamodb://items?consistent=maybe", "consistent=maybe: it may be true or false"},
        {"dynamodb://items?refs=refs&position=n", "give one of them"},
        {"dynamodb://items?key=refs", "two parameters name the same attribute"},
        {"dynamodb://items?position=id", "two parameters name the same attribute"},
        {"dynamodb://items?object_key=version", "two parameters name the same attribute"},
    };
    for (const auto& [url, expected] : cases) {
        const auto parsed = parse_store_url(url, "its.url");
        ASSERT_FALSE(parsed) << url;
        EXPECT_EQ(parsed.error().code, Errc::bad_input) << url;
        EXPECT_TRUE(parsed.error().detail.starts_with("its.url: ")) << parsed.error().detail;
        EXPECT_NE(parsed.error().detail.find(expected), std::string::npos) << parsed.error().detail;
        EXPECT_EQ(parsed.error().detail.find("sesame"), std::string::npos) << parsed.error().detail;
    }
}

TEST(StoreUrlTest, EachHoldsWhatItCan) {
    EXPECT_TRUE(parse_store_urls("sqlite:a.db", "sqlite:./a.db")->same());
    EXPECT_FALSE(parse_store_urls("sqlite:a", "dir:a")->same());
    EXPECT_FALSE(parse_store_urls("sqlite:a", "dir:a")->need_aws());
    EXPECT_TRUE(parse_store_urls("sqlite:a", "s3://bucket")->need_aws());
    EXPECT_TRUE(parse_store_urls("dynamodb://items", "dir:a")->need_aws());
    const auto items = parse_store_urls("s3://bucket", "s3://bucket").error();
    EXPECT_EQ(items.code, Errc::unsupported);
    EXPECT_EQ(items.detail, "index.url: s3: holds objects; give dynamodb:, sqlite: or dir:");
    EXPECT_EQ(parse_store_urls("dynamodb://items", "dynamodb://items").error().detail,
              "objects.url: dynamodb: holds the index; give s3:, sqlite: or dir:");
}

}  // namespace
}  // namespace aside::cli
