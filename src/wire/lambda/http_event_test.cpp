// Events of HTTP become requests: the recorded ones whole, then headers and bodies. Targets have a
// file of their own, and what is refused.
#include <fstream>
#include <iterator>

#include "wire/lambda/http_event_fixture.h"

namespace aside::wire {

std::string recorded(const std::string& name) {
    std::ifstream file(std::string(ASIDE_EVENTS) + "/" + name);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

namespace {

TEST(HttpEvent, OfAnHttpApi) {
    EXPECT_EQ(request(recorded("http_event/http_api")),
              "POST /objects/space%20value?repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com"
              "%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty= HTTP/1.1\r\n"
              "accept: */*\r\n"
              "content-type: application/json\r\n"
              "host: id.execute-api.us-west-2.amazonaws.com\r\n"
              "user-agent: curl/8.7.1\r\n"
              "x-amzn-trace-id: Root=1-6a5145a9-1bae89e2512ec92d5d9438a0\r\n"
              "x-forwarded-for: 192.0.2.1\r\n"
              "x-forwarded-port: 443\r\n"
              "x-forwarded-proto: https\r\n"
              "x-probe: first,second\r\n"
              "cookie: session=abc123; theme=dark\r\n"
              "content-length: 41\r\n"
              "\r\n"
              R"({"message":"hello","unicode":"lambda-λ"})");
}

TEST(HttpEvent, OfAFunctionUrl) {
    EXPECT_EQ(request(recorded("http_event/function_url")),
              "POST /objects/space%20value?repeat=one&repeat=two&literalPlus=a+b&encodedPlus=a%2Bb"
              "&empty= HTTP/1.1\r\n"
              "accept: */*\r\n"
              "content-type: application/json\r\n"
              "cookie: session=abc123; theme=dark\r\n"
              "host: id.lambda-url.us-west-2.on.aws\r\n"
              "user-agent: curl/8.7.1\r\n"
              "x-amzn-tls-version: TLSv1.3\r\n"
              "x-amzn-trace-id: Root=1-6a5145aa-290a323a5de9a2e0636377d4\r\n"
              "x-forwarded-for: 192.0.2.1\r\n"
              "x-forwarded-port: 443\r\n"
              "x-forwarded-proto: https\r\n"
              "x-probe: first,second\r\n"
              "content-length: 41\r\n"
              "\r\n"
              R"({"message":"hello","unicode":"lambda-λ"})");
}

TEST(HttpEvent, OfARestApi) {
    EXPECT_EQ(request(recorded("http_event/rest_api")),
              "POST /objects/space%20value?empty=&encodedPlus=a%2Bb&literalPlus=a%20b&redirect="
              "https%3A%2F%2Fexample.com%2Fa%2Fb&repeat=one&repeat=two HTTP/1.1\r\n"
              "Host: id.execute-api.us-west-2.amazonaws.com\r\n"
              "User-Agent: curl/8.7.1\r\n"
              "X-Amzn-Trace-Id: Root=1-6a5145a8-536f3e792f6be9b44c1f46fa\r\n"
              "X-Forwarded-For: 192.0.2.1\r\n"
              "X-Forwarded-Port: 443\r\n"
              "X-Forwarded-Proto: https\r\n"
              "accept: */*\r\n"
              "content-type: application/json\r\n"
              "cookie: session=abc123; theme=dark\r\n"
              "x-probe: first\r\n"
              "x-probe: second\r\n"
              "content-length: 41\r\n"
              "\r\n"
              R"({"message":"hello","unicode":"lambda-λ"})");
}

TEST(HttpEvent, OfAnHttpApiWithPayload1_0) {
    EXPECT_EQ(request(recorded("http_event/http_api_1_0")),
              "GET /items/space%20value HTTP/1.1\r\n"
              "accept: */*\r\n"
              "Host: id.execute-api.us-west-2.amazonaws.com\r\n"
              "x-probe: first\r\n"
              "x-probe: second\r\n"
              "\r\n");
}

TEST(HttpEvent, OfALoadBalancer) {
    EXPECT_EQ(request(recorded("http_event/load_balancer")),
              "GET /objects/space%20value?version=a+b%2Bc&empty= HTTP/1.1\r\n"
              "accept: */*\r\n"
              "host: lambda-test-alb-1334523864.us-east-1.elb.amazonaws.com\r\n"
              "user-agent: curl/7.54.0\r\n"
              "x-amzn-trace-id: Root=1-5c34e93e-4dea0086f9763ac0667b115a\r\n"
              "x-forwarded-for: 192.0.2.1\r\n"
              "x-forwarded-port: 80\r\n"
              "x-forwarded-proto: http\r\n"
              "x-imforwards: 20\r\n"
              "\r\n");
    EXPECT_EQ(request(recorded("http_event/load_balancer_multi")),
              "POST /items:batch?empty=&encodedPlus=a%2Bb&literalPlus=a+b&redirect=https%3A%2F%2F"
              "example.com%2Fa%2Fb&repeat=one&repeat=two HTTP/1.1\r\n"
              "accept: */*\r\n"
              "content-type: application/json\r\n"
              "host: lambda-test-alb-1334523864.us-west-2.elb.amazonaws.com\r\n"
              "x-probe: first\r\n"
              "x-probe: second\r\n"
              "content-length: 14\r\n"
              "\r\n"
              R"({"ids":["gb"]})");
}

// One decoder for all of them, as the front has it: nothing of one event is left in the next.
TEST(HttpEvent, SaysWhoSentIt) {
    HttpEventDecoder decoder({});
    struct Case {
        const char* name;
        HttpSender sender;
        bool multi_value, slashes_may_be_data;
    };
    for (const auto& [name, sender, multi_value, slashes_may_be_data] :
         {Case{"load_balancer_multi", HttpSender::load_balancer, true, false},
          Case{"http_api", HttpSender::http_api, false, true}, Case{"sqs", HttpSender::none},
          Case{"rest_api", HttpSender::rest_api}, Case{"load_balancer", HttpSender::load_balancer},
          Case{"function_url", HttpSender::function_url},
          Case{"http_api_1_0", HttpSender::http_api_of_1_0, false, true},
          Case{"health_check", HttpSender::load_balancer}}) {
        const auto decoded = decoder.decode(recorded(std::string("http_event/") + name));
        ASSERT_TRUE(decoded) << name;
        EXPECT_EQ(decoded->form.sender, sender) << name;
        EXPECT_EQ(decoded->form.multi_value, multi_value) << name;
        EXPECT_EQ(decoded->slashes_may_be_data, slashes_may_be_data) << name;
        if (sender == HttpSender::none) continue;
        const auto head = parse_head(decoded->head, {});
        ASSERT_TRUE(head) << name << decoded->head;
        EXPECT_EQ(head->content_length, decoded->body.size()) << name;
    }
}

TEST(HttpEvent, ALoadBalancersHealthCheckHasAnEmptyHost) {
    EXPECT_EQ(request(recorded("http_event/health_check")),
              "GET / HTTP/1.1\r\nuser-agent: ELB-HealthChecker/2.0\r\nhost: \r\n\r\n");
}

TEST(HttpEvent, WithoutHostHasTheDomainsName) {
    for (const HttpSender sender : {HttpSender::http_api, HttpSender::rest_api}) {
        for (const char* headers : {"{}", "null"})
            EXPECT_EQ(request(of(sender, {.headers = headers})),
                      "GET / HTTP/1.1\r\nhost: d\r\n\r\n");
    }
    EXPECT_EQ(request(payload_1_0({.headers = "null", .context = R"("domainName":null)"})),
              "GET / HTTP/1.1\r\nhost: \r\n\r\n");
}

TEST(HttpEvent, LeavesOutWhatIsTheConnections) {
    for (const HttpSender sender : kSenders) {
        EXPECT_EQ(request(of(sender, {.headers = R"({"Connection":"close, x-a","keep-alive":"1",
                "Proxy-Connection":"close","TE":"trailers","trailer":"a","Transfer-Encoding":"chunked",
                "upgrade":"h2c","CONTENT-LENGTH":"7","Expect":"100-Continue","te-":"1","host":"h"})"})),
                  "GET / HTTP/1.1\r\nte-: 1\r\nhost: h\r\n\r\n");
    }
}

TEST(HttpEvent, AnExpectationThatIsNotKnownIsForTheParser) {
    const std::string whole = request(payload_2_0({.headers = R"({"host":"h","expect":"more"})"}));
    ASSERT_TRUE(whole.contains("expect: more\r\n"));
    EXPECT_EQ(parse_head(whole, {}).error().status, 417U);
}

TEST(HttpEvent, TwoHostsAreForTheParser) {
    const std::string whole = request(of_load_balancer(
        {.headers = "null", .more = R"(,"multiValueHeaders":{"host":["a","b"]})"}));
    EXPECT_EQ(parse_head(whole, {}).error().why, "two Host fields");
}

TEST(HttpEvent, CookiesAreOneHeader) {
    EXPECT_EQ(request(payload_2_0({.more = R"(,"cookies":["a=1","b=2; c"])"})),
              "GET / HTTP/1.1\r\nhost: h\r\ncookie: a=1; b=2; c\r\n\r\n");
    EXPECT_EQ(request(payload_2_0({.more = R"(,"cookies":[])"})),
              "GET / HTTP/1.1\r\nhost: h\r\n\r\n");
    EXPECT_EQ(request(payload_2_0({.more = R"(,"cookies":null)"})),
              "GET / HTTP/1.1\r\nhost: h\r\n\r\n");
}

TEST(HttpEvent, ValuesThatAreUtf8StayAsTheyAre) {
    EXPECT_EQ(request(payload_2_0({.headers = R"({"host":"h","x-a":"é\t\u00e9 \"\\"})"})),
              "GET / HTTP/1.1\r\nhost: h\r\nx-a: é\té \"\\\r\n\r\n");
}

TEST(HttpEvent, ItsMembersStandInAnyOrder) {
    EXPECT_EQ(
        request(R"({"body":"b","isBase64Encoded":false,"x":[{"path":"/no"}],"rawQueryString":"q",
                          "requestContext":{"a":[1,{}],"http":{"x":null,"method":"PUT","path":"/no"},
                          "stage":"s","domainName":"d.execute-api.r"},"headers":{"host":"h"},
                          "rawPath":"/s/items/a","path":"/no","version":"2.0","method":"no"})"),
        "PUT /items/a?q HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nb");
    EXPECT_EQ(request(recorded("http_event/escaped")),
              "GET /objects/%C3%A9 HTTP/1.1\r\nhost: h\r\n\r\n");
}

TEST(HttpEvent, ABodyMayBeBase64) {
    const auto body = [](std::string_view more) {
        const std::string whole = request(payload_2_0({.more = std::string(more)}));
        return whole.substr(std::min(whole.find("host: h\r\n") + 9, whole.size()));
    };
    EXPECT_EQ(body(R"(,"body":"AP8=","isBase64Encoded":true)"),
              std::string("content-length: 2\r\n\r\n\0\xff", 23));
    EXPECT_EQ(body(R"(,"isBase64Encoded":true,"body":"A\u0050\u0038=")"),
              std::string("content-length: 2\r\n\r\n\0\xff", 23));
    EXPECT_EQ(body(R"(,"body":"AP8=")"), "content-length: 4\r\n\r\nAP8=");
    for (const char* none : {R"("",)", R"(null,)", ""}) {
        for (const char* is : {"true", "false", "null"}) {
            EXPECT_EQ(body((*none ? ",\"body\":" : ",") + std::string(none) +
                           "\"isBase64Encoded\":" + is),
                      "\r\n");
        }
    }
}

TEST(HttpEvent, MayLeaveOutWhatTheParserDoesNotLookAt) {
    HttpEventOptions options{.only_what_is_looked_at = true};
    EXPECT_EQ(request(recorded("http_event/load_balancer"), options),
              "GET /objects/space%20value?version=a+b%2Bc&empty= HTTP/1.1\r\n"
              "host: lambda-test-alb-1334523864.us-east-1.elb.amazonaws.com\r\n"
              "\r\n");
    EXPECT_EQ(
        request(payload_2_0({.headers = R"({"Host":"h","ORIGIN":"o","If-None-Match":"\"a\"",
                  "X-Request-Id":"i","authorization":"a","X-Server-Timing":"1","expect":"e","x-a":"b",
                  "Accept":"*/*"})",
                             .more = R"(,"cookies":["a=b"])"}),
                options),
        "GET / HTTP/1.1\r\nHost: h\r\nORIGIN: o\r\nIf-None-Match: \"a\"\r\nX-Request-Id: i\r\n"
        "authorization: a\r\nX-Server-Timing: 1\r\nexpect: e\r\n\r\n");
    EXPECT_EQ(request(payload_2_0({.headers = R"({"host":"h","x-a":"\u0000"})"}), options),
              "400 malformed request");
    // Its size counts: what is over the limit is so with and without.
    options.limits.header_bytes = 200;
    HttpEventOptions whole = options;
    whole.only_what_is_looked_at = false;
    for (std::size_t size = 0; size < 300; ++size) {
        const std::string text(size, 'a');
        for (const Unusual& with : {Unusual{.headers = R"({"host":"h","a":")" + text + "\"}"},
                                    Unusual{.more = ",\"cookies\":[\"" + text + "\"]"}}) {
            const std::string event = payload_2_0(with);
            const std::string head = request(event, whole);
            const bool fits = head.starts_with("GET") && parse_head(head, whole.limits);
            EXPECT_EQ(request(event, options),
                      fits ? "GET / HTTP/1.1\r\nhost: h\r\n\r\n" : "431 the header is too large")
                << size;
        }
    }
}

TEST(HttpEvent, MemoryOfALargeOneIsNotKeptForever) {
    HttpEventDecoder decoder({});
    const std::string large(3'000'000, 'a');
    for (int round = 0; round < 2; ++round) {
        const auto decoded = decoder.decode(payload_2_0({.more = ",\"body\":\"" + large + "\""}));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->body, large);
        const auto next = decoder.decode(payload_2_0({.more = R"(,"body":"\u0062")"}));
        ASSERT_TRUE(next);
        EXPECT_EQ(next->body, "b");
    }
}

}  // namespace
}  // namespace aside::wire
