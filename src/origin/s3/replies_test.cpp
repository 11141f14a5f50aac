#include "origin/s3/replies.h"

#include <map>

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

using http_client::HttpAnswer;

HttpAnswer answer(unsigned status, const std::map<std::string, std::string>& fields,
                  std::string body) {
    std::string head = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
    for (const auto& [name, value] : fields) head.append(name + ": " + value + "\r\n");
    return {wire::parse_response_head(head + "\r\n", false).value(), std::move(body)};
}

S3Failure failure(unsigned status, const std::map<std::string, std::string>& fields,
                  std::string body) {
    return failure_of(answer(status, fields, std::move(body)), WallTime{});
}

std::string error_xml(const std::string& code, const std::string& message = "") {
    return "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
}

TEST(S3Replies, AnObject) {
    HttpAnswer got = answer(200, {{"etag", "\"e1\""}}, "{}");
    ASSERT_TRUE(succeeded(got));
    const auto object = loaded_object(got, false);
    ASSERT_TRUE(object);
    EXPECT_EQ(object->state, LoadState::found);
    EXPECT_EQ(object->body, "{}");
    EXPECT_EQ(object->validator, "\"e1\"");
}

TEST(S3Replies, NotModifiedIsAnAnswerToAValidatorOnly) {
    HttpAnswer got = answer(304, {}, "");  // Ceph tells no ETag
    ASSERT_TRUE(succeeded(got));
    EXPECT_EQ(loaded_object(got, true)->state, LoadState::not_modified);
    EXPECT_EQ(loaded_object(got, false).error().code, Errc::protocol);
}

TEST(S3Replies, ABodyMustAgreeWithItsChecksum) {
    HttpAnswer good = answer(200, {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "123456789");
    EXPECT_TRUE(loaded_object(good, false));
    HttpAnswer bad = answer(200, {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "123456780");
    EXPECT_EQ(loaded_object(bad, false).error().code, Errc::corrupt);
}

TEST(S3Replies, OnlyANamedKeyIsAbsent) {
    EXPECT_EQ(failure(404, {}, error_xml("NoSuchKey")).meaning.step, aws::ErrorStep::absent);
    for (const std::string& body :
         {std::string(), std::string("<html>404</html>"), error_xml("NoSuchBucket")}) {
        EXPECT_NE(failure(404, {}, body).meaning.step, aws::ErrorStep::absent) << body;
    }
    EXPECT_EQ(failure(403, {}, error_xml("AccessDenied")).error.code, Errc::denied);
}

TEST(S3Replies, ErrorsSayWhatToLookAt) {
    EXPECT_EQ(failure(403, {}, error_xml("AccessDenied", "Access Denied")).error.detail,
              "S3 answered 403 AccessDenied: Access Denied (a policy does not allow it)");
    EXPECT_EQ(failure(301, {{"x-amz-bucket-region", "eu-west-1"}}, "").error.detail,
              "S3 answered 301 (the bucket is in another region: set region= in the store's URL); "
              "the bucket is in eu-west-1");
    EXPECT_EQ(failure(503, {}, error_xml("SlowDown")).error.code, Errc::throttled);
}

TEST(S3Replies, SaysWhenToComeBack) {
    const struct {
        std::string told;
        std::uint64_t milliseconds;
    } rows[] = {{"5", 5000},
                {"", 0},
                {"soon", 0},
                {"-1", 0},
                {"99999999", 3'600'000},
                {"Thu, 01 Jan 1970 00:00:07 GMT", 7000}};
    for (const auto& [told, milliseconds] : rows) {
        const Error error = failure(503, {{"retry-after", told}}, error_xml("SlowDown")).error;
        EXPECT_EQ(error.code, Errc::throttled);
        EXPECT_EQ(error.amount, milliseconds) << told;
    }
    // Our clock may be wrong; the one that told the time is meant.
    const Error error = failure(503,
                                {{"retry-after", "Wed, 25 Nov 2026 20:00:02 GMT"},
                                 {"date", "Wed, 25 Nov 2026 20:00:00 GMT"}},
                                error_xml("SlowDown"))
                            .error;
    EXPECT_EQ(error.amount, 2000U);
}

TEST(S3Replies, TheMarkOfADeletionIsAbsent) {
    const std::string body = error_xml("MethodNotAllowed");
    EXPECT_EQ(failure(405, {{"x-amz-delete-marker", "true"}}, body).meaning.step,
              aws::ErrorStep::absent);
    EXPECT_NE(failure(405, {}, body).meaning.step, aws::ErrorStep::absent);
}

}  // namespace
}  // namespace aside::origin
