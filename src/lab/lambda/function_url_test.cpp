#include "lab/lambda/function_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::lab::lambda {
namespace {

using testing::HasSubstr;

TEST(FunctionUrlEvent, SaysWhatWasAsked) {
    const ServedRequest request{.method = wire::Method::post,
                                .target = "/items/a%2Fb?version=1&x=%20",
                                .head =
                                    "POST /items/a%2Fb?version=1&x=%20 HTTP/1.1\r\nHost: lab\r\n"
                                    "If-None-Match:  \"e\"\r\n\r\n",
                                .body = "{\"ids\":[]}"};
    const std::string event = function_url_event(request);
    EXPECT_THAT(event, HasSubstr(R"("rawPath":"/items/a%2Fb","rawQueryString":"version=1&x=%20")"));
    EXPECT_THAT(event, HasSubstr(R"("headers":{"host":"lab","if-none-match":"\"e\""})"));
    EXPECT_THAT(event, HasSubstr(R"("http":{"method":"POST","path":"/items/a%2Fb"})"));
    EXPECT_THAT(event, HasSubstr(R"("body":"{\"ids\":[]}")"));
}

TEST(FunctionUrlReply, IsWhatTheFunctionSaid) {
    const auto reply = function_url_reply(
        R"({"statusCode":404,"headers":{"ETag":"\"e\"","Content-Length":"9"},"body":"no","isBase64Encoded":false})",
        false);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 404U);
    EXPECT_EQ(reply->fields, "ETag: \"e\"\r\n");
    EXPECT_EQ(reply->body, "no");
    const auto encoded =
        function_url_reply(R"({"statusCode":200,"body":"AP8=","isBase64Encoded":true})", true);
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->body, std::string("\0\xff", 2));
    EXPECT_TRUE(encoded->to_head);
}

TEST(FunctionUrlReply, RefusesWhatIsNoAnswer) {
    for (const char* text : {"", "null", "{}", R"({"statusCode":"200"})", R"({"statusCode":200)",
                             R"({"statusCode":200,"body":"A","isBase64Encoded":true})"}) {
        const auto reply = function_url_reply(text, false);
        ASSERT_FALSE(reply) << text;
        EXPECT_EQ(reply.error().code, Errc::protocol) << text;
    }
}

}  // namespace
}  // namespace aside::lab::lambda
