// What is no event of HTTP, what is a broken one, and what a client must not get through with.
#include <algorithm>

#include "wire/lambda/http_event_fixture.h"

namespace aside::wire {
namespace {

TEST(HttpEventRefused, OthersEventsAreNotOfHttp) {
    for (
        const char* event :
        {"{}", "[]", "[{}]", "null", "\"text\"", "7", "true", R"({"key1":"value1"})",
         R"({"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"a"}}}]})",
         R"({"Records":[{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{}}}]})",
         R"({"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3","resources":[],"detail":{}})",
         // A WebSocket API's, and VPC Lattice's in both forms.
         R"({"headers":{"Host":"h"},"requestContext":{"routeKey":"$connect","eventType":"CONNECT","stage":"s"}})",
         R"({"version":"2.0","path":"/","method":"GET","headers":{},"requestContext":{"serviceArn":"arn"}})",
         R"({"raw_path":"/","method":"GET","headers":{},"query_string_parameters":{}})",
         R"({"requestContext":{"elb":null,"http":null}})", R"({"requestContext":null})"}) {
        EXPECT_EQ(request(event), "none") << event;
    }
}

TEST(HttpEventRefused, AnEventWithoutMethodOrPathIsAnError) {
    const auto without = [](std::string event, std::string_view member) {
        return event.replace(event.find(member), member.size(), R"("x")");
    };
    for (const auto& [sender, method, path] :
         {std::tuple{HttpSender::http_api, "requestContext.http.method", "rawPath"},
          {HttpSender::function_url, "requestContext.http.method", "rawPath"},
          {HttpSender::rest_api, "httpMethod", "path"},
          {HttpSender::load_balancer, "httpMethod", "path"}}) {
        const std::string name = std::string(method).substr(std::string(method).rfind('.') + 1);
        EXPECT_EQ(request(of(sender, {.method = "null"})),
                  "error: the event has no " + std::string(method));
        EXPECT_EQ(request(without(of(sender, {}), json_string(name))),
                  "error: the event has no " + std::string(method));
        EXPECT_EQ(request(of(sender, {.path = "null"})),
                  "error: the event has no " + std::string(path));
        EXPECT_EQ(request(without(of(sender, {}), json_string(path))),
                  "error: the event has no " + std::string(path));
    }
    EXPECT_EQ(request(R"({"rawPath":"/","method":"GET"})"),
              "error: the event has no requestContext.http.method");
}

TEST(HttpEventRefused, AMemberThatCountsAndStandsTwiceIsAnError) {
    for (const auto& [event, name] :
         {std::pair{payload_2_0({.more = R"(,"rawPath":"/")"}), "rawPath"},
          {payload_2_0({.more = R"(,"raw\u0050ath":null)"}), "rawPath"},
          {payload_2_0({.more = R"(,"requestContext":{})"}), "requestContext"},
          {payload_2_0({.method = R"("GET","method":"PUT")"}), "requestContext.http.method"},
          {payload_1_0({.more = R"(,"httpMethod":"PUT")"}), "httpMethod"},
          {of_load_balancer({.more = R"(,"headers":{})"}), "headers"}}) {
        EXPECT_EQ(request(event), "error: the event has two " + std::string(name)) << event;
    }
    EXPECT_EQ(target(payload_2_0({.more = R"(,"x":1,"x":2)"})), "/") << "nobody reads these";
}

TEST(HttpEventRefused, AMemberOfTheWrongTypeIsAnError) {
    EXPECT_EQ(request(payload_2_0({.path = "1"})), "error: the event's rawPath is not a string");
    EXPECT_EQ(request(payload_2_0({.query = "{}"})),
              "error: the event's rawQueryString is not a string");
    EXPECT_EQ(request(payload_2_0({.method = "[]"})),
              "error: the event's requestContext.http.method is not a string");
    EXPECT_EQ(request(payload_2_0({.headers = "[]"})),
              "error: the event's headers is not an object");
    EXPECT_EQ(request(payload_2_0({.headers = R"({"a":1})"})),
              "error: the event's headers is not a string");
    EXPECT_EQ(request(payload_2_0({.headers = R"({"a":["b"]})"})),
              "error: the event's headers is not a string");
    EXPECT_EQ(request(payload_2_0({.more = R"(,"cookies":{})"})),
              "error: the event's cookies is not an array");
    EXPECT_EQ(request(payload_1_0({.query = R"({"a":"b"})"})),
              "error: the event's multiValueQueryStringParameters is not an array");
    EXPECT_EQ(request(payload_1_0({.more = R"(,"isBase64Encoded":"true")"})),
              "error: the event's isBase64Encoded is not true or false");
    EXPECT_EQ(request(payload_1_0({.more = R"(,"body":{})"})),
              "error: the event's body is not a string");
    EXPECT_EQ(request(R"({"httpMethod":"GET","requestContext":[]})"),
              "error: the event's requestContext is not an object");
}

TEST(HttpEventRefused, ABodyThatIsNotTheBase64ItSaysIsAnError) {
    for (const char* body :
         {"A", "AP8", "AP8==", "AP9=", "A-8=", "AP8=\\n", "AP8= ", "====", "é==="}) {
        EXPECT_EQ(request(payload_2_0(
                      {.more = R"(,"isBase64Encoded":true,"body":")" + std::string(body) + "\""})),
                  "error: the event's body is not base64, as it says")
            << body;
    }
}

TEST(HttpEventRefused, WhatIsCutOffIsNoJson) {
    for (const char* name : {"http_api", "rest_api", "load_balancer_multi", "escaped"}) {
        std::string event = recorded(std::string("http_event/") + name);
        event.resize(event.find_last_of('}') + 1);
        ASSERT_TRUE(request(event).contains("HTTP/1.1")) << name;
        for (std::size_t size = 0; size < event.size(); ++size) {
            EXPECT_EQ(request(std::string_view(event).substr(0, size)),
                      "error: the event is not JSON")
                << name << " " << size;
        }
        EXPECT_EQ(request(event + "}"), "error: the event is not JSON");
        EXPECT_EQ(request(event + event), "error: the event is not JSON");
        EXPECT_TRUE(request(" \n" + event + "\n").contains("HTTP/1.1"));
    }
    EXPECT_TRUE(request(payload_1_0({.more = R"(,"body":nullb)"})).starts_with("error"));
    EXPECT_TRUE(request(payload_1_0({.path = "nul"})).starts_with("error"));
    EXPECT_EQ(request(payload_2_0({.path = "\"/\xff\""})), "error: the event is not JSON");
    EXPECT_EQ(request(payload_2_0({.path = R"("/\ud800")"})), "error: the event is not JSON");
    EXPECT_EQ(request(payload_2_0({.path = "\"/\n\""})), "error: the event is not JSON");
}

TEST(HttpEventRefused, NothingSplitsTheHead) {
    for (const char* control : {"\\r\\n", "\\n", "\\r", "\\u0000", "\\u007f", "\\u001b"}) {
        const std::string bad = std::string("a") + control + "b";
        for (const HttpSender sender : kSenders) {
            EXPECT_EQ(request(of(sender, {.headers = R"({"host":"h","x-a":")" + bad + "\"}"})),
                      "400 malformed request");
            EXPECT_EQ(request(of(sender, {.headers = R"({"host":"h",")" + bad + "\":\"\"}"})),
                      "400 malformed request");
            EXPECT_EQ(request(of(sender, {.headers = R"({"host":")" + bad + "\"}"})),
                      "400 malformed request");
            EXPECT_EQ(request(of(sender, {.method = "\"" + bad + "\""})), "400 malformed request");
        }
        for (const HttpSender sender :
             {HttpSender::function_url, HttpSender::rest_api, HttpSender::load_balancer}) {
            EXPECT_EQ(request(of(sender, {.path = "\"/" + bad + "\""})), "400 malformed target");
        }
        EXPECT_EQ(request(payload_2_0({.query = "\"" + bad + "\""})), "400 malformed target");
        EXPECT_EQ(request(of_load_balancer({.query = "{\"a\":\"" + bad + "\"}"})),
                  "400 malformed target");
        EXPECT_EQ(request(of_load_balancer({.query = "{\"" + bad + "\":\"a\"}"})),
                  "400 malformed target");
        EXPECT_EQ(request(payload_2_0({.more = ",\"cookies\":[\"" + bad + "\"]"})),
                  "400 malformed request");
        EXPECT_EQ(
            request(payload_2_0({.headers = "{}", .context = R"("domainName":")" + bad + "\""})),
            "400 malformed request");
    }
    EXPECT_EQ(request(recorded("http_event/injected")), "400 malformed request");
}

TEST(HttpEventRefused, ANameOrMethodIsAToken) {
    for (const char* bad : {"", "a b", "a:", "é", "(a)", "a/b"}) {
        EXPECT_EQ(request(payload_2_0({.method = json_string(bad)})), "400 malformed request")
            << bad;
        EXPECT_EQ(request(payload_2_0({.headers = "{" + json_string(bad) + R"(:"1","host":"h"})"})),
                  "400 malformed request")
            << bad;
    }
}

// What is larger than the HTTP front takes is refused as it would refuse it: here, or by the
// parser.
TEST(HttpEventRefused, LimitsAreTheHttpFronts) {
    const HttpEventOptions options{.limits = {.header_bytes = 300, .url_bytes = 100}};
    const auto outcome = [&](const std::string& event) -> std::string {
        std::string whole = request(event, options);
        if (!whole.contains("HTTP/1.1")) return whole;
        EXPECT_LT(whole.size(), 1000U);
        const auto head = parse_head(whole, options.limits);
        return head ? "ok"
                    : std::to_string(head.error().status) + " " + std::string(head.error().why);
    };
    for (std::size_t size = 1; size < 700; ++size) {
        const std::string text(size, 'a');
        const std::string header =
            outcome(payload_2_0({.headers = R"({"host":"h","a":")" + text + "\"}"}));
        const std::string line = "GET / HTTP/1.1\r\nhost: h\r\na: " + text + "\r\n\r\n";
        EXPECT_EQ(header, line.size() <= 300 ? "ok" : "431 the header is too large") << size;
        EXPECT_EQ(outcome(payload_2_0({.more = ",\"cookies\":[" + json_string(text) + "]"})),
                  line.size() + 5 <= 300 ? "ok" : "431 the header is too large")
            << size;
        const std::string url = outcome(payload_1_0({.query = R"({"a":[")" + text + "\"]}"}));
        EXPECT_EQ(url, size + 4 <= 100 ? "ok" : "414 the target is too long") << size;
        EXPECT_EQ(outcome(payload_2_0({.path = json_string("/" + text)})),
                  size + 1 <= 100 ? "ok" : "414 the target is too long")
            << size;
    }
}

}  // namespace
}  // namespace aside::wire
