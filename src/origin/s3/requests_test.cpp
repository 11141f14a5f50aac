#include "origin/s3/requests.h"

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

Bucket bucket(std::string prefix = "") {
    return {.name = "shop",
            .prefix = std::move(prefix),
            .region = "eu-central-1",
            .host = "s3.eu-central-1.amazonaws.com"};
}

Bucket in_path() {
    Bucket made = bucket("de/");
    made.host = "localhost:8480";
    made.in_path = true;
    return made;
}

// "GET host/path?name=value name: value"
std::string shown(const aws::SignedRequest& request) {
    std::string text = std::string(request.method) + " " + request.host + request.path;
    char mark = '?';
    for (const auto& [name, value] : request.query) {
        text += mark + name + "=" + value;
        mark = '&';
    }
    for (const auto& [name, value] : request.fields) text.append(" ").append(name + ": " + value);
    return text;
}

TEST(S3Requests, Table) {
    EXPECT_EQ(shown(get_object_request(bucket(), {"a", ""}, "")),
              "GET shop.s3.eu-central-1.amazonaws.com/a x-amz-checksum-mode: ENABLED");
    EXPECT_EQ(shown(get_object_request(in_path(), {"a b", ""}, "\"e1\"")),
              "GET localhost:8480/shop/de/a%20b If-None-Match: \"e1\" "
              "x-amz-checksum-mode: ENABLED");
    EXPECT_EQ(shown(get_object_request(bucket("p/"), {"a", "v+1"}, "")),
              "GET shop.s3.eu-central-1.amazonaws.com/p/a?versionId=v+1 "
              "x-amz-checksum-mode: ENABLED");
    EXPECT_EQ(shown(head_object_request(in_path(), {"a", ""})), "HEAD localhost:8480/shop/de/a");
    EXPECT_EQ(shown(put_object_request(in_path(), "a")),
              "PUT localhost:8480/shop/de/a Content-Type: application/json");
    EXPECT_EQ(shown(put_object_request(in_path(), "a", PutCondition::if_absent)),
              "PUT localhost:8480/shop/de/a Content-Type: application/json If-None-Match: *");
    EXPECT_EQ(shown(delete_object_request(bucket(), {"a", "7"})),
              "DELETE shop.s3.eu-central-1.amazonaws.com/a?versionId=7");
    EXPECT_EQ(shown(list_page_request(in_path(), "")),
              "GET localhost:8480/shop?list-type=2&encoding-type=url&prefix=de/");
    EXPECT_EQ(shown(list_page_request(bucket(), "t=")),
              "GET shop.s3.eu-central-1.amazonaws.com/?list-type=2&encoding-type=url"
              "&continuation-token=t=");
}

TEST(S3Requests, KeysAreKeptByteForByte) {
    const struct {
        std::string key;
        std::string_view path;
    } rows[] = {
        {"a/../b", "/a/../b"},
        {"../x", "/../x"},
        {"//", "///"},
        {"./", "/./"},
        {"%2F", "/%252F"},
        {"?&#", "/%3F%26%23"},
        {"!*'()", "/%21%2A%27%28%29"},
        {"pl+us", "/pl%2Bus"},
        {"\xC3\xA4", "/%C3%A4"},
        {"~-_.", "/~-_."},
        {"a/", "/a/"},
        {std::string(1, '\x01'), "/%01"},
    };
    for (const auto& [key, path] : rows) {
        EXPECT_EQ(get_object_request(bucket(), {key, ""}, "").path, path) << key;
    }
}

TEST(S3Bucket, Names) {
    for (const std::string_view good : {"abc", "a.b-c", "0shop1"}) {
        EXPECT_EQ(problem_of_bucket_name(good), "") << good;
    }
    for (const std::string_view bad :
         {"", "ab", "Shop", "a_b", "-abc", "abc-", "a..b", ".abc", "a/b", "shop?"}) {
        EXPECT_NE(problem_of_bucket_name(bad), "") << bad;
    }
    EXPECT_NE(problem_of_bucket_name(std::string(64, 'a')), "");
    EXPECT_TRUE(fits_host_name("a-b"));
    EXPECT_FALSE(fits_host_name("a.b"));
}

}  // namespace
}  // namespace aside::origin
