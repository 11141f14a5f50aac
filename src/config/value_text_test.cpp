#include "config/value_text.h"

#include <gtest/gtest.h>

namespace aside::config {
namespace {

TEST(ValueText, DurationsGoThereAndBack) {
    for (const char* text : {"0", "1ns", "15us", "250ms", "3s", "90s", "5m", "36h", "365d"}) {
        const auto parsed = parse_duration(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(format_duration(*parsed), text == std::string_view("36h") ? "36h" : text);
    }
    EXPECT_EQ(format_duration(std::chrono::minutes(60)), "1h");
    EXPECT_EQ(*parse_duration("0s"), Duration{});
    for (const char* text :
         {"", "s", "3", "3S", "+3s", " 3s", "3s ", "1m30s", "1.5s", "0x3s", "106752d"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(ValueText, BytesGoThereAndBack) {
    for (const char* text : {"0", "1B", "1025B", "16KiB", "512MiB", "3GiB", "64TiB"}) {
        const auto parsed = parse_bytes(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(format_bytes(*parsed), text);
    }
    for (const char* text : {"", "1", "1K", "1kib", "1KB", "-1B", "16777216TiB"})
        EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(ValueText, ListsHaveNoEmptyElement) {
    const Parameter& hosts = *find_parameter("admin.hosts");
    EXPECT_EQ(format_value(hosts, *parse_value(hosts, "a,b")), "a,b");
    EXPECT_EQ(format_value(hosts, *parse_value(hosts, "")), "");
    for (const char* text : {",", "a,", ",a", "a,,b", "a\n"})
        EXPECT_FALSE(parse_value(hosts, text)) << text;
}

TEST(ValueText, UrlsAreShownWithoutSecrets) {
    const std::pair<const char*, const char*> cases[] = {
        {"sqlite:aside.db", "sqlite:aside.db"},
        {"dir:/data/a@b", "dir:/data/a@b"},
        {"redis://host:6379", "redis://host:6379"},
        {"redis://me@host:6379", "redis://***@host:6379"},
        {"rediss://me:hunter2@host:6379/0?x=1", "rediss://***@host:6379/0?x=1"},
        {"redis://me:hun/t?er@2@host", "redis://***@host"},
        {"s3://bucket/a?region=eu&secret_key=abc&password_file=/run/p",
         "s3://bucket/a?region=eu&secret_key=***&password_file=/run/p"},
        {"s3://bucket?key=abc&style=path", "s3://bucket?key=***&style=path"},
        {"s3://bucket?endpoint=http://me:hunter2@host", "s3://***@host"},
        {"s3://bucket?endpoint=http%3A%2F%2Fme:hunter2%40host&style=path",
         "s3://bucket?endpoint=***&style=path"},
        {"dynamodb://items?key=id&object_key=k&access_key=a",
         "dynamodb://items?key=id&object_key=k&access_key=***"},
        {"", ""},
    };
    for (const auto& [url, shown] : cases) EXPECT_EQ(redact_url(url), shown);
}

TEST(ValueText, NearestFindsTheWordThatWasMeant) {
    const std::vector<std::string> words = {"http.max_age", "http.listen", "workers"};
    EXPECT_EQ(nearest("http.maxage", words), "http.max_age");
    EXPECT_EQ(nearest("worker", words), "workers");
    EXPECT_EQ(nearest("zzzzzz", words), "");
    EXPECT_EQ(nearest(std::string(10000, 'a'), words), "");
}

}  // namespace
}  // namespace aside::config
