#include "front/lambda/http_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "front/http/testbed_fixture.h"
#include "wire/json_text.h"

namespace aside::front::lambda {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string event_for(const std::string& method, const std::string& path,
                      const std::string& more = {}) {
    return R"({"version":"2.0","rawPath":")" + path + R"(","rawQueryString":"",)" +
           R"("headers":{"host":"h","if-none-match":"\"0000000000000abc\""},"requestContext":)" +
           R"({"stage":"$default","domainName":"d","http":{"method":")" + method + R"("}})" + more +
           "}";
}

std::string plain(const std::string& method, const std::string& path,
                  const std::string& more = {}) {
    return R"({"version":"2.0","rawPath":")" + path +
           R"(","rawQueryString":"","headers":{"host":"h"},"requestContext":)" +
           R"({"stage":"$default","domainName":"d","http":{"method":")" + method + R"("}})" + more +
           "}";
}

class HttpFunctionTest : public testing::Test {
  protected:
    std::string answer(const std::string& event, SteadyTime deadline = kNever) {
        const auto call = [&]() -> runtime::Task<std::string> {
            const Invocation invocation{.id = "id", .event = event};
            const auto said = co_await function_.invoke(invocation, deadline);
            co_return said ? std::string(*said)
                           : "error " + said.error().type + ": " + said.error().message;
        };
        return bed_.world.run(call());
    }

    Testbed bed_;
    FrontMetrics metrics_{bed_.registry, "lambda"};
    HttpFunction function_{bed_.world.worker(0), bed_.service, bed_.open, metrics_,
                           wire::HttpEventOptions{.only_what_is_looked_at = true}};
};

TEST_F(HttpFunctionTest, AnswersAHitAsTheHttpFrontDoes) {
    const Response http = bed_.get("/objects/k");
    const std::string json = answer(plain("GET", "/objects/k"));
    EXPECT_THAT(json, HasSubstr(R"("statusCode":200)"));
    EXPECT_THAT(json, HasSubstr(R"("body":"{\"k\":1}")"));
    EXPECT_THAT(json, HasSubstr(R"("isBase64Encoded":false)"));
    for (const char* name : {"Cache-Control", "ETag", "Content-Type", "Cache-Status"}) {
        std::string value;
        wire::append_json_string(value, http.field(name));
        EXPECT_THAT(json, HasSubstr("\"" + std::string(name) + "\":" + value));
    }
}

TEST_F(HttpFunctionTest, AnswersItemsAndWhatHasToBeLoaded) {
    EXPECT_THAT(answer(plain("GET", "/items/i")), HasSubstr(R"([2])"));
    bed_.service.cold = {"k"};
    EXPECT_THAT(answer(plain("GET", "/objects/k")), HasSubstr(R"("body":"{\"k\":1}")"));
    EXPECT_EQ(bed_.service.most_loading, 1U);
}

TEST_F(HttpFunctionTest, AnswersHeadsConditionsAndWhatIsAbsent) {
    const std::string head = answer(plain("HEAD", "/objects/k"));
    EXPECT_THAT(head, HasSubstr(R"("statusCode":200)"));
    EXPECT_THAT(head, HasSubstr(R"("Content-Length":"7")"));
    EXPECT_THAT(head, Not(HasSubstr("{\\\"k\\\"")));
    const Response http = bed_.get("/objects/k");
    std::string event = event_for("GET", "/objects/k");
    const std::string etag = http.field("ETag").substr(1, 16);
    event.replace(event.find("0000000000000abc"), 16, etag);
    EXPECT_THAT(answer(event), HasSubstr(R"("statusCode":304)"));
    EXPECT_THAT(answer(plain("GET", "/objects/none")), HasSubstr(R"("statusCode":404)"));
    EXPECT_THAT(answer(plain("DELETE", "/objects/k")), HasSubstr(R"("statusCode":405)"));
}

TEST_F(HttpFunctionTest, AnswersABatchOfIds) {
    const std::string body = R"(,"body":"eyJpZHMiOlsiaSJdfQ==","isBase64Encoded":true)";
    const std::string json = answer(plain("POST", "/items:batch", body));
    EXPECT_THAT(json, HasSubstr(R"("statusCode":200)")) << json;
    EXPECT_THAT(json, HasSubstr("[2]"));
}

TEST_F(HttpFunctionTest, WhatAClientDidWrongIsAnAnswerAndNoFailure) {
    const std::string large(2 << 20, 'a');
    const std::string refused =
        answer(plain("POST", "/items:batch", R"(,"body":")" + large + "\""));
    EXPECT_THAT(refused, HasSubstr(R"("statusCode":413)"));
    EXPECT_THAT(refused, HasSubstr("application/problem+json"));
    EXPECT_THAT(answer(plain("GET", "/objects/" + std::string(9000, 'a'))),
                HasSubstr(R"("statusCode":414)"));
}

TEST_F(HttpFunctionTest, AnEventOfSomethingElseFailsTheInvocation) {
    EXPECT_EQ(answer(R"({"Records":[]})"),
              "error Function.BadEvent: not an event of HTTP: its handler is another one");
    EXPECT_THAT(answer("[1,"), testing::StartsWith("error Function.BadEvent: "));
}

TEST_F(HttpFunctionTest, AnAnswerOverItsSendersLimitIsAClear502) {
    bed_.service.put("large", "\"" + std::string(7 << 20, 'a') + "\"");
    const std::string json = answer(plain("GET", "/objects/large"));
    EXPECT_THAT(json, HasSubstr(R"("statusCode":502)"));
    EXPECT_THAT(json, HasSubstr("application/problem+json"));
    EXPECT_LT(json.size(), 2000U);
    EXPECT_THAT(answer(plain("GET", "/objects/k")), HasSubstr(R"("statusCode":200)"));
}

TEST_F(HttpFunctionTest, CountsWhatItAnsweredByStatus) {
    answer(plain("GET", "/objects/k"));
    answer(plain("GET", "/objects/none"));
    EXPECT_EQ(bed_.metric(R"(aside_requests_total{front="lambda",status="200"})"), 1);
    EXPECT_EQ(bed_.metric(R"(aside_requests_total{front="lambda",status="404"})"), 1);
}

}  // namespace
}  // namespace aside::front::lambda
