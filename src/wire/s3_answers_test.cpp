#include "wire/s3_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/uri_encode.h"

namespace aside::wire {
namespace {

std::string list(std::string_view inside) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult "
           "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>" +
           std::string(inside) + "</ListBucketResult>";
}
std::string object(std::string_view key, std::string_view size = "1") {
    return "<Contents><Key>" + std::string(key) + "</Key><ETag>&quot;e&quot;</ETag><Size>" +
           std::string(size) + "</Size><StorageClass>STANDARD</StorageClass></Contents>";
}
constexpr std::string_view kWhole = "<IsTruncated>false</IsTruncated>";
constexpr std::string_view kUrl = "<EncodingType>url</EncodingType>";

TEST(S3Answers, ErrorsOfAwsAndOfRgw) {
    const auto aws = decode_s3_error(
        "<?xml version=\"1.0\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>the "
        "region 'us-east-1' is wrong</Message><Region>eu-west-1</Region></Error>");
    ASSERT_TRUE(aws);
    EXPECT_EQ(aws->code, "AuthorizationHeaderMalformed");
    EXPECT_EQ(aws->message, "the region 'us-east-1' is wrong");
    EXPECT_EQ(aws->region, "eu-west-1");
    const auto rgw = decode_s3_error(
        "<Error><Code>NoSuchKey</Code><Message></Message><BucketName>b"
        "</BucketName></Error>");
    ASSERT_TRUE(rgw);
    EXPECT_EQ(rgw->code, "NoSuchKey");
    EXPECT_EQ(rgw->message, "");
    for (const std::string_view other : {"", "<html><body>503</body></html>", "<Error/>",
                                         "<Error><Code></Code></Error>", "<Error><Code>"}) {
        EXPECT_FALSE(decode_s3_error(other)) << other;
    }
    EXPECT_EQ(decode_s3_error("<Error><Code>A\x1b[2J\nB</Code></Error>")->code, "A [2J B");
}

TEST(S3Answers, ListsKeepKeysByteForByte) {
    std::string all;
    for (int byte = 1; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
    std::string encoded;
    append_uri_encoded(encoded, all);
    const auto read = decode_s3_list(
        list(std::string(kUrl) + std::string(kWhole) + object(encoded, "1024") + object("a+b%2Bc")),
        10);
    ASSERT_TRUE(read) << to_string(read.error());
    ASSERT_EQ(read->objects.size(), 2U);
    EXPECT_EQ(read->objects[0].key, all);
    EXPECT_EQ(read->objects[0].size_bytes, 1024U);
    EXPECT_EQ(read->objects[0].etag, "\"e\"");
    EXPECT_EQ(read->objects[1].key, "a b+c");
    EXPECT_EQ(read->continuation, "");
    // Not encoded, a '+' is one.
    EXPECT_EQ(decode_s3_list(list(std::string(kWhole) + object("a+b&amp;c")), 1)->objects[0].key,
              "a+b&c");
}

TEST(S3Answers, ListsSayHowTheyGoOn) {
    const auto read = decode_s3_list(
        list("<IsTruncated>true</IsTruncated><NextContinuationToken>t/=</NextContinuationToken>"),
        1);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->continuation, "t/=");
}

TEST(S3Answers, ListsThatContradictThemselvesAreRefused) {
    const std::string whole(kWhole);
    const std::string url(kUrl);
    for (const std::string& inside :
         {std::string(), std::string("<IsTruncated>maybe</IsTruncated>"),
          std::string("<IsTruncated>true</IsTruncated>"), whole + object(""),
          whole + object("a", "-1"), whole + object("a", ""), whole + url + object("a%2"),
          whole + url + object("a%zz"), whole + object("a") + object("b") + object("c")}) {
        const auto read = decode_s3_list(list(inside), 2);
        ASSERT_FALSE(read) << inside;
        EXPECT_EQ(read.error().code, Errc::protocol);
    }
    EXPECT_FALSE(decode_s3_list("<Error><Code>NoSuchBucket</Code></Error>", 2));
}

}  // namespace
}  // namespace aside::wire
