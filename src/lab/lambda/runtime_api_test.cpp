#include "lab/lambda/runtime_api.h"

#include <gtest/gtest.h>

#include "lab/lambda/function_options.h"
#include "lab/lambda/request_identity.h"

namespace aside::lab::lambda {
namespace {

using namespace std::chrono_literals;
using wire::Method;

TEST(RuntimeApiTest, WhichCallARequestIs) {
    struct Case {
        Method method;
        std::string target;
        ApiCall call;
        std::string id = {};
    };
    const std::vector<Case> cases{
        {Method::get, "/2018-06-01/runtime/invocation/next", ApiCall::next},
        {Method::post, "/2018-06-01/runtime/invocation/a-1/response", ApiCall::response, "a-1"},
        {Method::post, "/2018-06-01/runtime/invocation/a-1/error", ApiCall::error, "a-1"},
        {Method::post, "/2018-06-01/runtime/invocation//error", ApiCall::error, ""},
        {Method::post, "/2018-06-01/runtime/init/error", ApiCall::init_error},
        {Method::post, "/2018-06-01/runtime/invocation/next", ApiCall::wrong_method},
        {Method::get, "/2018-06-01/runtime/invocation/a/response", ApiCall::wrong_method},
        {Method::get, "/2018-06-01/runtime/init/error", ApiCall::wrong_method},
        {Method::get, "/2018-06-01/runtime/invocation/a", ApiCall::unknown},
        {Method::get, "/2018-06-01/runtime/invocation/a/b/response", ApiCall::unknown},
        {Method::get, "/2020-01-01/runtime/invocation/next", ApiCall::unknown},
        {Method::get, "/", ApiCall::unknown},
    };
    for (const Case& one : cases) {
        const ApiTarget target = api_target(one.method, one.target);
        EXPECT_EQ(target.call, one.call) << one.target;
        EXPECT_EQ(target.request_id, one.id) << one.target;
    }
}

TEST(RuntimeApiTest, AnEventHasTheFieldsThatAreKnown) {
    const Invocation invocation{.request_id = "id",
                                .event = {.payload = R"({"a":1})", .trace_id = "Root=1"}};
    const HttpReply reply = event_reply(invocation, "arn", WallTime(1'542'409'706'888'999us));
    EXPECT_EQ(reply.fields,
              "Lambda-Runtime-Aws-Request-Id: id\r\nLambda-Runtime-Trace-Id: Root=1\r\n"
              "Lambda-Runtime-Invoked-Function-Arn: arn\r\n"
              "Lambda-Runtime-Deadline-Ms: 1542409706888\r\n");
    EXPECT_NE(http_text(reply, true).find("Content-Length: 7\r\n\r\n{\"a\":1}"), std::string::npos);
}

TEST(RuntimeApiTest, ALongEventComesChunked) {
    const std::string payload(5000, ' ');
    const Invocation invocation{.request_id = "id", .event = {.payload = payload}};
    const std::string text = http_text(event_reply(invocation, "arn", {}), true);
    EXPECT_TRUE(text.ends_with("\r\n\r\n1388\r\n" + payload + "\r\n0\r\n\r\n"));
    EXPECT_NE(text.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(text.find("Content-Length"), std::string::npos);
}

TEST(RuntimeApiTest, WhatLambdaTakesForATypeOfError) {
    EXPECT_EQ(error_type_of("Function.NoSuchTable"), "Function.NoSuchTable");
    EXPECT_EQ(error_type_of("Runtime.BadConfig2"), "Runtime.BadConfig2");
    EXPECT_EQ(error_type_of("Function.lower"), "Function.Unknown");
    EXPECT_EQ(error_type_of("Runtime.X"), "Runtime.Unknown");
    EXPECT_EQ(error_type_of("TypeError"), "Runtime.Unknown");
    EXPECT_EQ(error_type_of(""), "Runtime.Unknown");
}

TEST(RuntimeApiTest, AnErrorsMessageIsTakenFromItsPayload) {
    EXPECT_EQ(told_error("", R"({"errorType":"A","errorMessage":"b"})").message, "b");
    EXPECT_EQ(told_error("", R"({"errorMessage":7})").message, R"({"errorMessage":7})");
    EXPECT_EQ(told_error("", "no JSON").message, "no JSON");
    EXPECT_EQ(told_error("", "").message, "");
}

TEST(RuntimeApiTest, NamesHaveTheirForm) {
    Random random(7);
    for (int i = 0; i < 100; ++i) {
        const std::string id = make_request_id(random);
        ASSERT_EQ(id.size(), 36U);
        EXPECT_EQ(id[14], '4') << id;
        EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
        for (const std::size_t dash : {8U, 13U, 18U, 23U}) EXPECT_EQ(id[dash], '-') << id;
    }
    EXPECT_NE(make_request_id(random), make_request_id(random));
    const std::string trace = make_trace_id(random, WallTime(0x5bef4de7s));
    EXPECT_TRUE(trace.starts_with("Root=1-5bef4de7-")) << trace;
    EXPECT_EQ(trace.size(), std::string_view("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent="
                                             "9a9197af755a6419;Sampled=0")
                                .size());
}

TEST(RuntimeApiTest, AFunctionsVariablesReplaceLambdas) {
    const FunctionOptions options{.variables = {{"TZ", "Europe/Berlin"}, {"ASIDE_L2", "x"}},
                                  .memory_mb = 512,
                                  .task_root = "/package"};
    std::map<std::string, std::string> variables;
    for (const auto& [name, value] : function_variables(options, {"127.0.0.1", 9001})) {
        EXPECT_TRUE(variables.emplace(name, value).second) << name;
    }
    EXPECT_EQ(variables["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:9001");
    EXPECT_EQ(variables["LAMBDA_TASK_ROOT"], "/package");
    EXPECT_EQ(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512");
    EXPECT_EQ(variables["TZ"], "Europe/Berlin");
    EXPECT_EQ(variables["ASIDE_L2"], "x");
    EXPECT_FALSE(variables.contains("_X_AMZN_TRACE_ID"));
    EXPECT_FALSE(variables.contains("AWS_EXECUTION_ENV"));
    EXPECT_EQ(function_arn(options), "arn:aws:lambda:us-east-1:123456789012:function:aside");
}

}  // namespace
}  // namespace aside::lab::lambda
