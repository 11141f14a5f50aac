#include "aws/error_meaning.h"

#include <gtest/gtest.h>

namespace aside::aws {
namespace {

TEST(ErrorMeaning, NamesComeInSeveralSpellings) {
    EXPECT_EQ(error_name("com.amazonaws.dynamodb.v20120810#ThrottlingException"),
              "ThrottlingException");
    EXPECT_EQ(error_name("com.amazon.coral.service#UnrecognizedClientException"),
              "UnrecognizedClientException");
    EXPECT_EQ(error_name("ValidationException:http://internal.amazon.com/coral/"),
              "ValidationException");
    EXPECT_EQ(error_name("NoSuchKey"), "NoSuchKey");
    EXPECT_EQ(error_name(""), "");
}

struct Row {
    unsigned status;
    std::string_view name;
    ErrorStep step;
    Errc code;
    bool configuration;
};

TEST(ErrorMeaning, Table) {
    using enum ErrorStep;
    const Row rows[] = {
        {404, "NoSuchKey", absent, Errc::not_found, false},
        {404, "NoSuchVersion", absent, Errc::not_found, false},
        {404, "NoSuchBucket", give_up, Errc::not_found, true},
        {400, "ResourceNotFoundException", give_up, Errc::not_found, true},
        {403, "AccessDenied", give_up, Errc::denied, true},
        {400, "AccessDeniedException", give_up, Errc::denied, true},
        {403, "SignatureDoesNotMatch", give_up, Errc::denied, true},
        {503, "SlowDown", retry, Errc::throttled, false},
        {400, "ProvisionedThroughputExceededException", retry, Errc::throttled, false},
        {400, "ThrottlingException", retry, Errc::throttled, false},
        {500, "InternalError", retry, Errc::io, false},
        {500, "InternalServerError", retry, Errc::io, false},
        {400, "RequestTimeout", retry, Errc::timed_out, false},
        {400, "ExpiredToken", renew_credentials, Errc::denied, false},
        {400, "ExpiredTokenException", renew_credentials, Errc::denied, false},
        {403, "InvalidAccessKeyId", renew_credentials, Errc::denied, false},
        {400, "UnrecognizedClientException", renew_credentials, Errc::denied, false},
        {403, "RequestTimeTooSkewed", correct_clock, Errc::denied, false},
        {301, "PermanentRedirect", give_up, Errc::denied, true},
        {400, "AuthorizationHeaderMalformed", give_up, Errc::denied, true},
        {412, "PreconditionFailed", give_up, Errc::conflict, false},
        {400, "ConditionalCheckFailedException", give_up, Errc::conflict, false},
        // Unknown names, and none: by status alone.
        {500, "NewKindOfError", retry, Errc::io, false},
        {502, "", retry, Errc::io, false},
        {503, "", retry, Errc::throttled, false},
        {429, "", retry, Errc::throttled, false},
        {403, "", give_up, Errc::denied, true},
        {307, "", give_up, Errc::denied, true},
        {400, "NewKindOfError", give_up, Errc::denied, false},
        // A 404 that names nothing is a proxy's, not the store's: never taken for absent.
        {404, "", give_up, Errc::protocol, false},
        {200, "", give_up, Errc::protocol, false},
    };
    for (const Row& row : rows) {
        const ErrorMeaning meaning = meaning_of(row.status, row.name, "");
        EXPECT_EQ(meaning.step, row.step) << row.status << row.name;
        EXPECT_EQ(meaning.code, row.code) << row.status << row.name;
        EXPECT_EQ(meaning.configuration, row.configuration) << row.status << row.name;
    }
}

TEST(ErrorMeaning, ASignatureOfAnotherTimeIsNoWrongSecret) {
    const auto late = meaning_of(400, "InvalidSignatureException",
                                 "Signature expired: 20260101T000000Z is now earlier than …");
    EXPECT_EQ(late.step, ErrorStep::correct_clock);
    const auto early = meaning_of(400, "InvalidSignatureException",
                                  "Signature not yet current: 20260101T000000Z is still later …");
    EXPECT_EQ(early.step, ErrorStep::correct_clock);
    const auto wrong = meaning_of(400, "InvalidSignatureException",
                                  "The request signature we calculated does not match …");
    EXPECT_EQ(wrong.step, ErrorStep::give_up);
    EXPECT_TRUE(wrong.configuration);
}

}  // namespace
}  // namespace aside::aws
