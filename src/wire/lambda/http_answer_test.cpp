// Answers to events of HTTP, in the form of each sender.
#include "wire/lambda/http_answer.h"

#include <array>

#include <gtest/gtest.h>
#include <simdjson.h>

namespace aside::wire {
namespace {

constexpr AnswerForm kHttpApi{HttpSender::http_api};
constexpr AnswerForm kRestApi{HttpSender::rest_api};
constexpr AnswerForm kLoadBalancer{HttpSender::load_balancer};
constexpr AnswerForm kLoadBalancerMulti{HttpSender::load_balancer, true};
constexpr AnswerForm kForms[] = {kHttpApi,
                                 {HttpSender::http_api_of_1_0},
                                 {HttpSender::function_url},
                                 kRestApi,
                                 kLoadBalancer,
                                 kLoadBalancerMulti};

using Fields = std::vector<HttpField>;

std::string answer(AnswerForm form, const Fields& fields, std::vector<std::string_view> body,
                   unsigned status = 200) {
    std::string json = "kept";
    const auto written =
        append_http_answer(json, form, {.status = status, .fields = fields, .body = body});
    EXPECT_TRUE(json.starts_with("kept"));
    if (!written) return written.error().detail;
    return json.substr(4);
}

const Fields kUsual = {{"Content-Type", "application/json"},
                       {"Cache-Control", "max-age=60"},
                       {"Date", "Thu, 01 Jan 1970 00:00:00 GMT"},
                       {"ETag", "\"00\""},
                       {"Content-Length", "9"},
                       {"Connection", "close"}};

TEST(HttpAnswer, OfPayload2_0) {
    for (const HttpSender sender : {HttpSender::http_api, HttpSender::function_url}) {
        EXPECT_EQ(
            answer({sender}, kUsual, {"{\"id\":", "1}\n"}),
            R"({"statusCode":200,"headers":{"Content-Type":"application/json","Cache-Control":"max-age=60",)"
            R"("ETag":"\"00\""},"isBase64Encoded":false,"body":"{\"id\":1}\n"})");
    }
}

TEST(HttpAnswer, OfPayload1_0) {
    for (const HttpSender sender : {HttpSender::rest_api, HttpSender::http_api_of_1_0}) {
        EXPECT_EQ(answer({sender}, kUsual, {"{\"id\":", "1}\n"}),
                  R"({"statusCode":200,"multiValueHeaders":{"Content-Type":["application/json"],)"
                  R"("Cache-Control":["max-age=60"],"ETag":["\"00\""]},"isBase64Encoded":false,)"
                  R"("body":"{\"id\":1}\n"})");
    }
}

TEST(HttpAnswer, OfALoadBalancer) {
    EXPECT_EQ(answer(kLoadBalancer, {{"Content-Type", "text/plain"}}, {"no"}, 404),
              R"({"statusCode":404,"statusDescription":"404 Not Found",)"
              R"("headers":{"Content-Type":"text/plain"},"isBase64Encoded":false,"body":"no"})");
    EXPECT_EQ(
        answer(kLoadBalancerMulti, {{"Content-Type", "text/plain"}}, {"no"}, 404),
        R"({"statusCode":404,"statusDescription":"404 Not Found",)"
        R"("multiValueHeaders":{"Content-Type":["text/plain"]},"isBase64Encoded":false,"body":"no"})");
}

// To HEAD, and 304: the length says what a GET would get.
TEST(HttpAnswer, WithoutABodyKeepsItsHeaders) {
    for (const std::vector<std::string_view>& body :
         {std::vector<std::string_view>{}, {std::string_view()}}) {
        EXPECT_EQ(answer(kHttpApi, {{"ETag", "x"}, {"Content-Length", "9"}, {"Date", "d"}}, body),
                  R"({"statusCode":200,"headers":{"ETag":"x","Content-Length":"9"},)"
                  R"("isBase64Encoded":false,"body":""})");
        EXPECT_EQ(answer(kHttpApi, {}, body, 304),
                  R"({"statusCode":304,"headers":{},"isBase64Encoded":false,"body":""})");
    }
}

TEST(HttpAnswer, WhatIsTheConnectionsIsLeftOut) {
    for (const AnswerForm form : kForms) {
        const std::string json = answer(form,
                                        {{"connection", "a"},
                                         {"DATE", "a"},
                                         {"Keep-Alive", "a"},
                                         {"transfer-encoding", "a"},
                                         {"content-length", "1"}},
                                        {"b"});
        EXPECT_TRUE(json.contains("eaders\":{},\"isBase64")) << json;
    }
}

TEST(HttpAnswer, HeadersOfOneNameAreOneMember) {
    const Fields fields = {{"A", "1"}, {"Vary", "x"}, {"a", "2"}, {"VARY", "y"}, {"b", "3"}};
    EXPECT_TRUE(
        answer(kHttpApi, fields, {}).contains(R"("headers":{"A":"1, 2","Vary":"x, y","b":"3"})"));
    EXPECT_TRUE(answer(kLoadBalancer, fields, {})
                    .contains(R"("headers":{"A":"1, 2","Vary":"x, y","b":"3"})"));
    for (const AnswerForm form : {kRestApi, kLoadBalancerMulti}) {
        EXPECT_TRUE(
            answer(form, fields, {})
                .contains(R"("multiValueHeaders":{"A":["1","2"],"Vary":["x","y"],"b":["3"]})"));
    }
}

TEST(HttpAnswer, CookiesAreWhereTheFormWantsThem) {
    const Fields fields = {{"Set-Cookie", "a=1"}, {"A", "b"}, {"set-cookie", "c=\"2\""}};
    EXPECT_TRUE(answer(kHttpApi, fields, {})
                    .contains(R"("headers":{"A":"b"},"cookies":["a=1","c=\"2\""],)"));
    EXPECT_TRUE(answer(kRestApi, fields, {})
                    .contains(R"("multiValueHeaders":{"Set-Cookie":["a=1","c=\"2\""],"A":["b"]})"));
    EXPECT_TRUE(
        answer(kLoadBalancer, fields, {}).contains(R"("headers":{"Set-Cookie":"c=\"2\"","A":"b"})"))
        << "there is room for one";
}

TEST(HttpAnswer, ABodyThatIsNoTextIsBase64) {
    for (const AnswerForm form : kForms) {
        EXPECT_TRUE(answer(form, {}, {"\xff", "\xef\xbe"})
                        .ends_with(R"("isBase64Encoded":true,"body":"/+++"})"));
        // Cut within a character: no piece is text by itself.
        EXPECT_TRUE(answer(form, {}, {"\xc3", "\xa9"})
                        .ends_with(R"("isBase64Encoded":true,"body":"w6k="})"));
        EXPECT_TRUE(answer(form, {}, {"é", "\u0001\"\\"})
                        .ends_with(R"("isBase64Encoded":false,"body":"é\u0001\"\\"})"));
    }
}

TEST(HttpAnswer, IsJsonWhateverItHolds) {
    simdjson::dom::parser parser;
    for (const AnswerForm form : kForms) {
        const std::string json = answer(form, {{"a\"\n", "\xff\\\t"}}, {"\"", "\\\x1f", "λ"}, 999);
        simdjson::dom::element root;
        ASSERT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
        std::string_view body;
        ASSERT_EQ(root["body"].get(body), simdjson::SUCCESS);
        EXPECT_EQ(body, "\"\\\x1fλ");
    }
}

TEST(HttpAnswer, OverALimitSaysWhich) {
    constexpr std::string_view kLambda =
        "the answer is larger than a Lambda function may give, 6291556 bytes of JSON";
    constexpr std::string_view kElb =
        "the answer is larger than a load balancer takes from a Lambda function, 1048576 bytes of "
        "JSON";
    for (const AnswerForm form : kForms) {
        const bool is_elb = form.sender == HttpSender::load_balancer;
        const std::size_t most = is_elb ? kMaxLoadBalancerAnswerBytes : kMaxLambdaAnswerBytes;
        const std::size_t beside = answer(form, {}, {}).size();
        const std::string body(most, 'a');
        EXPECT_EQ(answer(form, {}, {std::string_view(body).substr(beside)}).size(), most);
        for (const std::size_t more : {1UL, 100UL, beside}) {
            EXPECT_EQ(
                answer(form, {}, {std::string_view(body).substr(beside), body.substr(0, more)}),
                is_elb ? kElb : kLambda);
        }
        // Counted as it is sent, not as it is.
        const std::string escapes(most / 2, '"');
        EXPECT_EQ(answer(form, {}, {escapes}), is_elb ? kElb : kLambda);
        const std::string binary(most / 4 * 3, '\xff');
        EXPECT_EQ(answer(form, {}, {binary}), is_elb ? kElb : kLambda);
    }
}

}  // namespace
}  // namespace aside::wire
