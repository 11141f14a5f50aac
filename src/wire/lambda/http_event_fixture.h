// Events of HTTP for tests: the recorded ones, and small ones of each sender.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "wire/json_text.h"
#include "wire/lambda/http_event.h"

namespace aside::wire {

// A file below corpus/: http_event_test.cpp is told where that is.
std::string recorded(const std::string& name);

inline std::string json_string(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

// What of a small event is not as usual, as JSON.
struct Unusual {
    std::string path = R"("/")";
    std::string query = R"("")";  // of payload 2.0: a string; else the map
    std::string headers = R"({"host":"h"})";
    std::string method = R"("GET")";
    std::string context = R"("stage":"$default","domainName":"d")";
    std::string more{};  // ,"name":value
};

inline std::string payload_2_0(const Unusual& with) {
    return R"({"version":"2.0","rawPath":)" + with.path + R"(,"rawQueryString":)" + with.query +
           R"(,"headers":)" + with.headers + R"(,"requestContext":{)" + with.context +
           R"(,"http":{"method":)" + with.method + "}}" + with.more + "}";
}

inline std::string payload_1_0(const Unusual& with) {
    return R"({"resource":"/{proxy+}","path":)" + with.path + R"(,"httpMethod":)" + with.method +
           R"(,"headers":)" + with.headers + R"(,"multiValueHeaders":null)" +
           R"(,"multiValueQueryStringParameters":)" +
           (with.query == R"("")" ? "null" : with.query) + R"(,"requestContext":{)" + with.context +
           "}" + with.more + "}";
}

inline std::string of_load_balancer(const Unusual& with) {
    return R"({"requestContext":{"elb":{"targetGroupArn":"arn"}},"path":)" + with.path +
           R"(,"httpMethod":)" + with.method + R"(,"headers":)" + with.headers +
           R"(,"queryStringParameters":)" + (with.query == R"("")" ? "{}" : with.query) +
           with.more + "}";
}

inline std::string of(HttpSender sender, Unusual with) {
    switch (sender) {
        case HttpSender::function_url:
            with.context = R"("stage":"$default","domainName":"id.lambda-url.r.on.aws")";
            return payload_2_0(with);
        case HttpSender::http_api:
            return payload_2_0(with);
        case HttpSender::http_api_of_1_0:
            with.more += R"(,"version":"1.0")";
            return payload_1_0(with);
        case HttpSender::rest_api:
            return payload_1_0(with);
        default:
            return of_load_balancer(with);
    }
}

inline constexpr HttpSender kSenders[] = {HttpSender::http_api, HttpSender::http_api_of_1_0,
                                          HttpSender::function_url, HttpSender::rest_api,
                                          HttpSender::load_balancer};

// The request in one string: the head and, behind it, the body; or why there is none.
inline std::string request(std::string_view event, const HttpEventOptions& options = {}) {
    HttpEventDecoder decoder(options);
    const auto decoded = decoder.decode(event);
    if (!decoded) return "error: " + decoded.error().detail;
    if (decoded->form.sender == HttpSender::none) return "none";
    if (decoded->refusal)
        return std::to_string(decoded->refusal->status) + " " + std::string(decoded->refusal->why);
    return std::string(decoded->head) + std::string(decoded->body);
}

// "/path?query", or why there is no request.
inline std::string target(std::string_view event, const HttpEventOptions& options = {}) {
    std::string whole = request(event, options);
    if (!whole.starts_with("GET ")) return whole;
    return whole.substr(4, whole.find(" HTTP/1.1\r\n") - 4);
}

}  // namespace aside::wire
