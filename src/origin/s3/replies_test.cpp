#include "origin/s3/replies.h"

#include <map>

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

S3Answer answer(unsigned status, std::map<std::string, std::string, std::less<>> fields,
                std::string body) {
    return {status,
            [fields = std::move(fields)](std::string_view name) -> std::string_view {
                const auto found = fields.find(name);
                return found == fields.end() ? std::string_view() : found->second;
            },
            std::move(body)};
}

std::string error_xml(const std::string& code, const std::string& message = "") {
    return "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>";
}

TEST(S3Replies, AnObject) {
    S3Answer got = answer(200, {{"etag", "\"e1\""}}, "{}");
    ASSERT_TRUE(succeeded(got));
    const auto object = loaded_object(got, false);
    ASSERT_TRUE(object);
    EXPECT_EQ(object->state, LoadState::found);
    EXPECT_EQ(object->body, "{}");
    EXPECT_EQ(object->validator, "\"e1\"");
}

TEST(S3Replies, NotModifiedIsAnAnswerToAValidatorOnly) {
    S3Answer got = answer(304, {}, "");  // Ceph tells no ETag
    ASSERT_TRUE(succeeded(got));
    EXPECT_EQ(loaded_object(got, true)->state, LoadState::not_modified);
    EXPECT_EQ(loaded_object(got, false).error().code, Errc::protocol);
}

TEST(S3Replies, ABodyMustAgreeWithItsChecksum) {
    S3Answer good = answer(200, {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "123456789");
    EXPECT_TRUE(loaded_object(good, false));
    S3Answer bad = answer(200, {{"x-amz-checksum-crc32", "y/Q5Jg=="}}, "123456780");
    EXPECT_EQ(loaded_object(bad, false).error().code, Errc::corrupt);
}

TEST(S3Replies, OnlyANamedKeyIsAbsent) {
    EXPECT_EQ(failure_of(answer(404, {}, error_xml("NoSuchKey"))).meaning.step,
              aws::ErrorStep::absent);
    for (const std::string& body :
         {std::string(), std::string("<html>404</html>"), error_xml("NoSuchBucket")}) {
        EXPECT_NE(failure_of(answer(404, {}, body)).meaning.step, aws::ErrorStep::absent) << body;
    }
    EXPECT_EQ(failure_of(answer(403, {}, error_xml("AccessDenied"))).error.code, Errc::denied);
}

TEST(S3Replies, ErrorsSayWhatToLookAt) {
    EXPECT_EQ(failure_of(answer(403, {}, error_xml("AccessDenied", "Access Denied"))).error.detail,
              "S3 answered 403 AccessDenied: Access Denied (a policy does not allow it)");
    EXPECT_EQ(failure_of(answer(301, {{"x-amz-bucket-region", "eu-west-1"}}, "")).error.detail,
              "S3 answered 301 (the bucket is in another region: set region= in the store's URL); "
              "the bucket is in eu-west-1");
    EXPECT_EQ(failure_of(answer(503, {}, error_xml("SlowDown"))).error.code, Errc::throttled);
}

}  // namespace
}  // namespace aside::origin
