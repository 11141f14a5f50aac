// What the origin says to those who do not speak its protocols: the reason, and no more.
#include "lab/origin/origin_bed_fixture.h"

namespace aside::lab {
namespace {

using BrokenRequestsTest = OriginBed;

std::string get(const std::string& target, const std::string& method = "GET") {
    return method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
}

std::string status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? answer.substr(9, 3) : "\"" + answer + "\"";
}

TEST_F(BrokenRequestsTest, WhatNoObjectIs) {
    struct Case {
        std::string request, status, code;
    };
    const std::vector<Case> cases{
        {get("/objects/obj-7?x-id=GetObject"), "200", "obj-7"},
        {get("/objects/obj%2D7"), "200", "obj-7"},
        {get("/objects/obj-50"), "404", "NoSuchKey"},
        {get("/objects/obj-07"), "404", "NoSuchKey"},
        {get("/objects/%00"), "400", "InvalidURI"},
        {get("/objects/obj-7%"), "400", "InvalidURI"},
        {get("/other/obj-7"), "404", "NoSuchBucket"},
        {get("/"), "404", "NoSuchBucket"},
        {get("/objects?list-type=2"), "501", "NotImplemented"},
        {get("/objects/obj-7?versionId=1"), "501", "NotImplemented"},
        {get("/objects/obj-7", "DELETE"), "405", "MethodNotAllowed"},
        {get("/objects/obj-7", "BREW"), "405", "MethodNotAllowed"},
    };
    for (const Case& one : cases) {
        const std::string answer = say(one.request);
        EXPECT_EQ(status_of(answer), one.status) << one.request;
        EXPECT_NE(answer.find(one.code), std::string::npos) << one.request << answer;
    }
}

TEST_F(BrokenRequestsTest, WhatDynamodbRefuses) {
    const std::string get_item = "DynamoDB_20120810.GetItem";
    const std::string batch = "DynamoDB_20120810.BatchGetItem";
    const auto key = [](const std::string& id) { return R"({"id":{"S":")" + id + R"("}})"; };
    struct Case {
        std::string operation, body, type;
    };
    const auto batch_of = [](const std::string& keys) {
        return R"({"RequestItems":{"items":{"Keys":[)" + keys + "]}}}";
    };
    std::string too_many = key("item-0");
    for (int i = 1; i < 101; ++i) too_many += "," + key("item-" + std::to_string(i));
    const std::vector<Case> cases{
        {get_item, "", "SerializationException"},
        {get_item, "{", "SerializationException"},
        {get_item, "[]", "SerializationException"},
        {get_item, R"({"TableName":7,"Key":{}})", "SerializationException"},
        {get_item, R"({"TableName":"items"})", "SerializationException"},
        {get_item, R"({"TableName":"items","Key":[]})", "SerializationException"},
        {get_item, R"({"TableName":"items","Key":{}})", "ValidationException"},
        {get_item, R"({"TableName":"items","Key":{"id":{"N":"7"}}})", "ValidationException"},
        {get_item, R"({"TableName":"items","Key":{"k":{"S":"7"}}})", "ValidationException"},
        {get_item, R"({"TableName":"other","Key":)" + key("item-7") + "}",
         "ResourceNotFoundException"},
        {batch, "{}", "SerializationException"},
        {batch, batch_of(""), "ValidationException"},
        {batch, batch_of(key("item-1") + "," + key("item-1")), "ValidationException"},
        {batch, batch_of(too_many), "ValidationException"},
        {batch, R"({"RequestItems":{"other":{"Keys":[]}}})", "ResourceNotFoundException"},
        {"DynamoDB_20120810.PutItem", "{}", "UnknownOperationException"},
        {"GetItem", "{}", "UnknownOperationException"},
    };
    for (const Case& one : cases) {
        const std::string answer = ask_table(one.operation, one.body);
        EXPECT_EQ(status_of(answer), "400") << one.body;
        EXPECT_NE(answer.find("#" + one.type + "\""), std::string::npos) << one.body << answer;
    }
    EXPECT_TRUE(log.take().empty());  // none of them was a load
}

TEST_F(BrokenRequestsTest, WhatIsNoHttp) {
    const std::string head = "GET /objects/obj-7 HTTP/1.1\r\nHost: a\r\n";
    struct Case {
        std::string bytes, status;
    };
    const std::vector<Case> cases{
        {"hello\r\n\r\n", "400"},
        {"GET /objects/obj-7 HTTP/1.1\r\n\r\n", "400"},  // no Host
        {"GET /objects/obj-7 HTTP/3.0\r\nHost: a\r\n\r\n", "505"},
        {head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {head + "A: " + std::string(20'000, 'a'), "431"},
        {"GET /" + std::string(10'000, 'a'), "414"},
        {head + "Content-Length: 9999999\r\n\r\n", "413"},
        {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
    };
    for (const Case& one : cases) {
        const std::string answer = say(one.bytes);
        EXPECT_EQ(status_of(answer), one.status) << one.bytes.substr(0, 80);
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    }
}

TEST_F(BrokenRequestsTest, HalfARequest) {
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234";
    EXPECT_EQ(status_of(say("GET /obj", /*then_end=*/true)), "400");
    EXPECT_EQ(status_of(say(head, /*then_end=*/true)), "400");
    EXPECT_EQ(say("", /*then_end=*/true), "");
    for (const std::string& half : {std::string("GET /obj"), head}) {
        const SteadyTime start = world.now();
        EXPECT_EQ(status_of(say(half)), "408");
        EXPECT_GE(world.now() - start, RequestLimits{}.pause);
        EXPECT_LT(world.now() - start, RequestLimits{}.pause + 1s);
    }
}

// Not asked for, but nothing may be lost or out of order.
TEST_F(BrokenRequestsTest, RequestsThatComeTogetherAreAnsweredInTurn) {
    const std::string first = "GET /objects/obj-50 HTTP/1.1\r\nHost: a\r\n\r\n";
    const std::string answer = say(first + get("/objects/obj-7"));
    EXPECT_EQ(status_of(answer), "404");
    EXPECT_NE(answer.find(data.body(7, 0)), std::string::npos);
}

TEST_F(BrokenRequestsTest, ABodyIsWaitedForWhenItsClientWaitsToo) {
    const std::string answer =
        say("GET /objects/obj-7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
            "2\r\nExpect: 100-continue\r\n\r\n",
            /*then_end=*/false);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\n"));
    EXPECT_NE(answer.find("408"), std::string::npos);  // it never comes
}

}  // namespace
}  // namespace aside::lab
