// Targets of events: what a client sent means the same as by HTTP, whoever was in between.
#include "wire/http_target.h"
#include "wire/lambda/http_event_fixture.h"

namespace aside::wire {
namespace {

constexpr HttpSender kThatSendPathsAsTheyCame[] = {HttpSender::function_url, HttpSender::rest_api,
                                                   HttpSender::load_balancer};
constexpr HttpSender kThatDecodePaths[] = {HttpSender::http_api, HttpSender::http_api_of_1_0};

TEST(HttpEventTarget, APathThatCameAsItWasSentStays) {
    for (const char* path :
         {"/", "/items/gb", "/items/a%2Fb", "/objects/a/b", "/items:batch", "/items/space%20value",
          "/items/%CE%BB-%E4%B8%96", "/items/question%3Fvalue", "/items/hash%23value",
          "/items/percent%25done", "/items/literal%252Fvalue", "/items/a+b", "/items/a%2Bb",
          "/items/%0d%0a", "/items/%00", "/items/%", "/items/%zz", "//items/../a;b=c,d@e!f'(*)"}) {
        for (const HttpSender sender : kThatSendPathsAsTheyCame)
            EXPECT_EQ(target(of(sender, {.path = json_string(path)})), path);
    }
}

TEST(HttpEventTarget, WhatATargetCannotHoldIsEncoded) {
    for (const HttpSender sender : kThatSendPathsAsTheyCame) {
        EXPECT_EQ(target(of(sender, {.path = R"("/items/a b?c#d\"e<λ>\\^`{|}[]")"})),
                  "/items/a%20b%3Fc%23d%22e%3C%CE%BB%3E%5C%5E%60%7B%7C%7D%5B%5D");
    }
}

// As recorded: what was sent, and what the event of an HTTP API said. A path with "%25" followed by
// no digits it refused by itself; at a "?" it had cut the path off.
TEST(HttpEventTarget, APathThatWasDecodedIsEncodedAgain) {
    struct Case {
        const char *sent, *event, *target;
    };
    for (const auto& [sent, event, wanted] :
         {Case{"/items/plain", "/items/plain", "/items/plain"},
          Case{"/items/space%20value", "/items/space value", "/items/space%20value"},
          Case{"/items/question%3Fvalue", "/items/question", "/items/question"},
          Case{"/items/hash%23value", "/items/hash#value", "/items/hash%23value"},
          Case{"/items/slash%2Fvalue", "/items/slash/value", "/items/slash/value"},
          Case{"/items/%CE%BB-%E4%B8%96", "/items/λ-世", "/items/%CE%BB-%E4%B8%96"},
          Case{"/items/literal%253Fvalue", "/items/literal?value", "/items/literal%3Fvalue"},
          Case{"/items/literal%2525value", "/items/literal%value", "/items/literal%25value"},
          Case{"/items:batch", "/items:batch", "/items:batch"},
          Case{"/items/a+b", "/items/a+b", "/items/a+b"},
          Case{"/items/a%0D%0Ab", "/items/a\r\nb", "/items/a%0D%0Ab"}}) {
        for (const HttpSender sender : kThatDecodePaths)
            EXPECT_EQ(target(of(sender, {.path = json_string(event)})), wanted) << sent;
    }
}

// The key that a reader of the target finds is the one that was meant.
TEST(HttpEventTarget, EveryCharacterOfAKeyArrives) {
    for (unsigned code = 1; code < 128; ++code) {
        const std::string key = "a" + std::string(1, static_cast<char>(code)) + "é";
        const std::string found =
            target(of(HttpSender::http_api, {.path = json_string("/" + key)}));
        std::string scratch;
        EXPECT_EQ(percent_decode(found.substr(1), scratch), key) << code;
        EXPECT_EQ(found.find_first_of("?# \r\n"), std::string::npos) << code;
    }
}

TEST(HttpEventTarget, AnEmptyPathIsTheRoot) {
    for (const HttpSender sender : kSenders) {
        EXPECT_EQ(target(of(sender, {.path = R"("")"})), "/");
        EXPECT_EQ(target(of(sender, {.path = R"("items")"})), "400 malformed target");
        EXPECT_EQ(target(of(sender, {.path = R"("http://a/")"})), "400 malformed target");
    }
}

TEST(HttpEventTarget, TheStageOfAnHttpApiIsTakenOff) {
    constexpr std::string_view kOwn = "id.execute-api.eu-west-1.amazonaws.com";
    const auto path = [](HttpSender sender, std::string_view path, std::string_view stage,
                         std::string_view domain) {
        return target(of(sender, {.path = json_string(path),
                                  .context = "\"stage\":" + json_string(stage) +
                                             ",\"domainName\":" + json_string(domain)}));
    };
    for (const HttpSender sender : kThatDecodePaths) {
        EXPECT_EQ(path(sender, "/live/items/gb", "live", kOwn), "/items/gb");
        EXPECT_EQ(path(sender, "/live", "live", kOwn), "/");
        EXPECT_EQ(path(sender, "/live/", "live", kOwn), "/");
        EXPECT_EQ(path(sender, "/lively/items/gb", "live", kOwn), "/lively/items/gb");
        EXPECT_EQ(path(sender, "/items/gb", "live", kOwn), "/items/gb");
        EXPECT_EQ(path(sender, "/live/live/gb", "live", kOwn), "/live/gb");
        EXPECT_EQ(path(sender, "/items/items/gb", "items", kOwn), "/items/gb");
        EXPECT_EQ(path(sender, "/$default/gb", "$default", kOwn), "/$default/gb");
        EXPECT_EQ(path(sender, "/items/gb", "", kOwn), "/items/gb");
    }
    // At a custom domain payload 2.0 has the stage, 1.0 what clients see.
    EXPECT_EQ(path(HttpSender::http_api, "/items/items/gb", "items", "shop.example"), "/items/gb");
    EXPECT_EQ(path(HttpSender::http_api_of_1_0, "/items/gb", "items", "shop.example"), "/items/gb");
    for (const HttpSender sender : {HttpSender::rest_api, HttpSender::load_balancer})
        EXPECT_EQ(path(sender, "/live/items/gb", "live", kOwn), "/live/items/gb");
}

TEST(HttpEventTarget, APrefixIsTakenOff) {
    const HttpEventOptions options{.path_prefix = "/shop/v1"};
    for (const HttpSender sender : kSenders) {
        const auto path = [&](std::string_view path) {
            return target(of(sender, {.path = json_string(path)}), options);
        };
        EXPECT_EQ(path("/shop/v1/items/gb"), "/items/gb");
        EXPECT_EQ(path("/shop/v1"), "/");
        EXPECT_EQ(path("/shop/v10/items/gb"), "/shop/v10/items/gb");
        EXPECT_EQ(path("/items/gb"), "/items/gb");
        EXPECT_EQ(path("/shop/v1items"), "/shop/v1items");
    }
}

TEST(HttpEventTarget, AQueryThatCameAsItWasSentStays) {
    for (const HttpSender sender : {HttpSender::http_api, HttpSender::function_url}) {
        for (const char* query :
             {"version=1", "version=a+b%2Bc&x", "a=%26%3d&&b", "?", "a=b=c", "a/b?c:d@e"}) {
            EXPECT_EQ(target(of(sender, {.query = json_string(query)})), "/?" + std::string(query));
        }
        EXPECT_EQ(target(of(sender, {.query = R"("a=b c&d=é#[")"})), "/?a=b%20c&d=%C3%A9%23%5B");
    }
    EXPECT_EQ(target(of_load_balancer({.query = R"({"version":"a+b%2Bc%26","x":"","d e":"é&#"})"})),
              "/?version=a+b%2Bc%26&x=&d%20e=%C3%A9%26%23");
}

TEST(HttpEventTarget, ParametersThatWereDecodedAreEncodedAgain) {
    for (const HttpSender sender : {HttpSender::rest_api, HttpSender::http_api_of_1_0}) {
        EXPECT_EQ(
            target(of(sender, {.query = R"({"version":["a b+c%&=","é"],"\u0026":["\u0000"]})"})),
            "/?version=a%20b%2Bc%25%26%3D&version=%C3%A9&%26=%00");
    }
    EXPECT_EQ(target(payload_1_0({.more = R"(,"queryStringParameters":{"version":"1 2"})"})),
              "/?version=1%202");
}

TEST(HttpEventTarget, OfTwoMapsTheOneWithAllValuesCounts) {
    EXPECT_EQ(target(payload_1_0({.query = R"({"a":["1","2"]})",
                                  .more = R"(,"queryStringParameters":{"a":"2"})"})),
              "/?a=1&a=2");
    EXPECT_EQ(target(payload_1_0({.query = "{}", .more = R"(,"queryStringParameters":null)"})),
              "/");
}

}  // namespace
}  // namespace aside::wire
