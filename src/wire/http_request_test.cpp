#include "wire/http_request.h"

#include <string>

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

using namespace std::string_literals;

std::expected<RequestHead, Refusal> parse(std::string_view head) {
    return parse_head(head, HeadLimits{});
}

unsigned refused(std::string_view head) {
    auto parsed = parse(head);
    return parsed ? 0 : parsed.error().status;
}

TEST(RequestHead, ReadsWhatTheServerNeeds) {
    constexpr std::string_view kHead =
        "GET /objects/a%2Fb?version=1 HTTP/1.1\r\nHost: example:8080\r\nif-none-match: "
        "W/\"x\"\r\nX-REQUEST-ID:  abc \t\r\n"
        "Authorization: Bearer t\r\nX-Server-Timing: 1\r\nAccept: */*\r\n\r\n";
    auto head = parse(kHead);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->method, Method::get);
    EXPECT_EQ(head->target, "/objects/a%2Fb?version=1");
    EXPECT_EQ(head->host, "example:8080");
    EXPECT_EQ(head->if_none_match, "W/\"x\"");
    EXPECT_EQ(head->request_id, "abc");
    EXPECT_EQ(head->authorization, "Bearer t");
    EXPECT_TRUE(head->wants_timing);
    EXPECT_TRUE(head->keep_alive);
    EXPECT_FALSE(head->has_body());
    EXPECT_FALSE(head->has_origin);
    EXPECT_GE(head->target.data(), kHead.data());  // a view, not a copy
    EXPECT_LT(head->target.data(), kHead.data() + kHead.size());
}

TEST(RequestHead, KnowsMethodsAndTheirCase) {
    const auto method = [](const std::string& name) {
        return parse(name + " / HTTP/1.1\r\nHost: h\r\n\r\n")->method;
    };
    EXPECT_EQ(method("GET"), Method::get);
    EXPECT_EQ(method("HEAD"), Method::head);
    EXPECT_EQ(method("POST"), Method::post);
    EXPECT_EQ(method("PUT"), Method::put);
    EXPECT_EQ(method("DELETE"), Method::remove);
    EXPECT_EQ(method("get"), Method::other);
    EXPECT_EQ(method("BREW"), Method::other);
}

TEST(RequestHead, KeepAliveFollowsVersionAndConnection) {
    const auto keeps = [](const std::string& version, const std::string& fields) {
        return parse("GET / HTTP/" + version + "\r\nHost: h\r\n" + fields + "\r\n")->keep_alive;
    };
    EXPECT_TRUE(keeps("1.1", ""));
    EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
    EXPECT_FALSE(keeps("1.1", "Connection: foo, CLOSE\r\n"));
    EXPECT_FALSE(keeps("1.0", ""));
    EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestHead, BodyFraming) {
    auto counted =
        parse("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n");
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->content_length, 12u);
    EXPECT_TRUE(counted->has_body());
    EXPECT_TRUE(counted->expects_continue);
    auto old = parse("PUT / HTTP/1.0\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->expects_continue);  // RFC 9110 section 10.1.1: its client knows no 100
    auto chunked = parse("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n");
    ASSERT_TRUE(chunked);
    EXPECT_TRUE(chunked->chunked);
    EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")->has_body());
}

TEST(RequestHead, AbsoluteFormNamesItsOwnHost) {
    auto head = parse("GET http://other:1/x?y HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->host, "other:1");
    EXPECT_EQ(head->target, "/x?y");
    EXPECT_EQ(parse("GET HTTP://o HTTP/1.1\r\nHost: h\r\n\r\n")->target, "/");
    EXPECT_EQ(refused("GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n"), 400u);
    EXPECT_EQ(refused("GET http://o?x HTTP/1.1\r\nHost: h\r\n\r\n"), 400u);
    EXPECT_EQ(refused("GET http://u@o/ HTTP/1.1\r\nHost: h\r\n\r\n"), 400u);
    EXPECT_EQ(refused("CONNECT o:1 HTTP/1.1\r\nHost: h\r\n\r\n"), 400u);
    EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")->target, "*");
}

struct Hostile {
    const char* what;
    std::string head;
    unsigned status;
};

TEST(RequestHead, RefusesWhatTwoPartiesCouldReadDifferently) {
    const auto with = [](const std::string& fields) {
        return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
    };
    const Hostile table[] = {
        {"length and coding", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"coding and length", with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
        {"two lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
        {"the same length twice", with("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
        {"a list of lengths", with("Content-Length: 3, 3\r\n"), 400},
        {"negative length", with("Content-Length: -1\r\n"), 400},
        {"signed length", with("Content-Length: +1\r\n"), 400},
        {"hexadecimal length", with("Content-Length: 0x1\r\n"), 400},
        {"length over 64 bits", with("Content-Length: 18446744073709551616\r\n"), 400},
        {"empty length", with("Content-Length:\r\n"), 400},
        {"length with a space inside", with("Content-Length: 1 2\r\n"), 400},
        {"unknown coding", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"identity", with("Transfer-Encoding: identity\r\n"), 501},
        {"chunked twice", with("Transfer-Encoding: chunked, chunked\r\n"), 501},
        {"two codings", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"misspelt coding", with("Transfer-Encoding: xchunked\r\n"), 501},
        {"coding hidden by a tab", with("Transfer-Encoding:\tchunked\r\nContent-Length: 1\r\n"),
         400},
        {"coding hidden by a control",
         with("Transfer-Encoding: \x0b"
              "chunked\r\n"),
         400},
        {"space before colon", with("Content-Length : 3\r\n"), 400},
        {"folded line", with("X: a\r\n b\r\n"), 400},
        {"folded after nothing", with("X:\r\n b\r\n"), 400},
        {"folded nothing", with("X:\r\n \r\n"), 400},
        {"folded length", with("Content-Length:\r\n 3\r\n"), 400},
        {"field before the first field is folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        {"bare LF in a field", with("X: a\nY: b\r\n"), 400},
        {"bare CR in a field", with("X: a\rY: b\r\n"), 400},
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
        {"NUL in a field", with("X: a"s + '\0' + "b\r\n"), 400},
        {"NUL in a name", with("X"s + '\0' + ": b\r\n"), 400},
        {"no colon", with("X\r\n"), 400},
        {"empty name", with(": x\r\n"), 400},
        {"two hosts", with("Host: h\r\n"), 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400},
        {"host with a user", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400},
        {"host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"unknown expectation", with("Expect: 200-ok\r\n"), 417},
        {"two authorizations", with("Authorization: a\r\nAuthorization: b\r\n"), 400},
        {"HTTP/2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505},
        {"lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", 400},
        {"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"space at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
        {"leading space", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"control in the target", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"two empty lines first", "\r\n\r\n", 400},
        {"TLS hello", "\x16\x03\x01\x02\r\n\r\n", 400},
        {"nothing", "\r\n\r\n", 400},
    };
    for (const auto& [what, head, status] : table) {
        EXPECT_EQ(refused(head), status) << what;
    }
}

TEST(RequestHead, OneEmptyLineFirstIsPassedOver) {
    EXPECT_EQ(refused("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 0u);
}

TEST(RequestHead, TwoValidatorsAreNone) {
    auto head =
        parse("GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_TRUE(head->if_none_match.empty());
}

TEST(RequestHead, FindsItsEndOneByteAtATime) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET";
    std::size_t scanned = 0;
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        const std::size_t end = find_head_end(std::string_view(bytes).substr(0, size), scanned);
        EXPECT_EQ(end, size >= bytes.size() - 3 ? bytes.size() - 3 : 0) << size;
        if (end) break;
    }
    std::size_t from_start = 0;
    EXPECT_EQ(find_head_end(bytes, from_start), bytes.size() - 3);
}

TEST(RequestHead, Limits) {
    const HeadLimits limits{.header_bytes = 300, .url_bytes = 100};
    const auto status = [&](const std::string& head) {
        auto parsed = parse_head(head, limits);
        return parsed ? 0u : parsed.error().status;
    };
    EXPECT_EQ(status("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 0u);
    EXPECT_EQ(status("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414u);
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(300, 'a') + "\r\n\r\n"),
              431u);
    EXPECT_EQ(over_limit("GET /" + std::string(200, 'a'), limits)->status, 414u);
    EXPECT_EQ(over_limit("GET / HTTP/1.1\r\nX: " + std::string(300, 'a'), limits)->status, 431u);
    EXPECT_FALSE(over_limit("GET / HTTP/1.1\r\nX: ", limits));
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int field = 0; field < 2000; ++field) many += "a:\r\n";
    EXPECT_EQ(refused(many + "\r\n"), 0u);
}

TEST(RequestHead, SaysWhatItLooksAt) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    // Two of these are refused, or one with such a value.
    for (const char* line : {"hOST: h", "content-length: x", "Transfer-Encoding: x", "EXPECT: x"}) {
        EXPECT_NE(refused(start + line + "\r\n\r\n"), 0u) << line;
        EXPECT_TRUE(
            is_looked_at(std::string_view(line).substr(0, std::string_view(line).find(':'))));
    }
    for (const char* name : {"If-None-Match", "authorization", "Origin", "X-Request-ID",
                             "x-server-timing", "Connection", "Upgrade"}) {
        EXPECT_TRUE(is_looked_at(name)) << name;
    }
    for (const char* name : {"", "hos", "hosts", "accept", "cookie", "te", "user-agent"})
        EXPECT_FALSE(is_looked_at(name)) << name;
}

}  // namespace
}  // namespace aside::wire
