// What an event of HTTP and its answer cost: the events as each sender writes them, with the
// headers of a browser; answers of a key's JSON.
#include <string>

#include <benchmark/benchmark.h>

#include "wire/lambda/http_answer.h"
#include "wire/lambda/http_event.h"

namespace aside::wire {
namespace {

// "name":"value", or "name":["value"].
std::string headers(bool multi_value) {
    std::string json = "{";
    for (const auto& [name, value] :
         {std::pair<std::string, std::string>{"accept",
                                              "text/html,application/xhtml+xml,*/*;q=0.8"},
          {"accept-encoding", "gzip, deflate, br"},
          {"accept-language", "en-US,en;q=0.9,de;q=0.8"},
          {"cache-control", "no-cache"},
          {"content-length", "0"},
          {"host", "id.execute-api.eu-central-1.amazonaws.com"},
          {"if-none-match", "\\\"0123456789abcdef\\\""},
          {"user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0"},
          {"via", "2.0 d98420743a69852491bbdea73f7680bd.cloudfront.net (CloudFront)"},
          {"x-amz-cf-id", "pn-PWIJc6thYnZm5P0NMgOUglL1DYtl0gdeJky8tqsg8iS_sgsKD1A=="},
          {"x-amzn-trace-id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"},
          {"x-forwarded-for", "192.0.2.1, 198.51.100.7"},
          {"x-forwarded-port", "443"},
          {"x-forwarded-proto", "https"}}) {
        if (json.size() > 1) json += ',';
        json.append("\"").append(name).append("\":");
        json += multi_value ? "[\"" + value + "\"]" : "\"" + value + "\"";
    }
    return json + "}";
}

std::string http_api_event() {
    return R"({"version":"2.0","routeKey":"$default","rawPath":"/items/gb","rawQueryString":"",)"
           R"("headers":)" +
           headers(false) +
           R"(,"requestContext":{"accountId":"123456789012","apiId":"id","domainName":)"
           R"("id.execute-api.eu-central-1.amazonaws.com","domainPrefix":"id","http":{"method":"GET",)"
           R"("path":"/items/gb","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"Mozilla/5.0"},)"
           R"("requestId":"JKJaXmPLvHcESHA=","routeKey":"$default","stage":"$default",)"
           R"("time":"10/Mar/2020:05:16:23 +0000","timeEpoch":1583817383220},"isBase64Encoded":false})";
}

std::string rest_api_event() {
    return R"({"resource":"/{proxy+}","path":"/items/gb","httpMethod":"GET","headers":)" +
           headers(false) + R"(,"multiValueHeaders":)" + headers(true) +
           R"(,"queryStringParameters":null,"multiValueQueryStringParameters":null,)"
           R"("pathParameters":{"proxy":"items/gb"},"stageVariables":null,"requestContext":{)"
           R"("accountId":"123456789012","apiId":"id","domainName":"id.execute-api.eu-central-1.amazonaws.com",)"
           R"("domainPrefix":"id","httpMethod":"GET","identity":{"accessKey":null,"sourceIp":"192.0.2.1",)"
           R"("userAgent":"Mozilla/5.0"},"path":"/live/items/gb","protocol":"HTTP/1.1","requestId":)"
           R"("7c2af7db-31f3-42b5-8a6d-9ffc74e3b9e0","requestTime":"10/Mar/2020:05:16:23 +0000",)"
           R"("requestTimeEpoch":1583817383220,"resourcePath":"/{proxy+}","stage":"live"},)"
           R"("body":null,"isBase64Encoded":false})";
}

std::string load_balancer_event() {
    return R"({"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:eu-central-1:)"
           R"(123456789012:targetgroup/aside/6d0ecf831eec9f09"}},"httpMethod":"GET","path":"/items/gb",)"
           R"("multiValueQueryStringParameters":{},"multiValueHeaders":)" +
           headers(true) + R"(,"body":"","isBase64Encoded":false})";
}

void decode(benchmark::State& state, const std::string& event) {
    HttpEventDecoder decoder({});
    for (auto _ : state) {
        const auto decoded = decoder.decode(event);
        if (!decoded || decoded->head.empty()) state.SkipWithError("broken");
        benchmark::DoNotOptimize(decoded->head.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * event.size()));
}
BENCHMARK_CAPTURE(decode, http_api, http_api_event());
BENCHMARK_CAPTURE(decode, rest_api, rest_api_event());
BENCHMARK_CAPTURE(decode, load_balancer, load_balancer_event());

// With what the head costs behind the decoder, as a connection's does the HTTP front.
void decode_and_parse(benchmark::State& state, bool only_what_is_looked_at) {
    HttpEventDecoder decoder({.only_what_is_looked_at = only_what_is_looked_at});
    const std::string event = http_api_event();
    for (auto _ : state) {
        const auto decoded = decoder.decode(event);
        const auto head = parse_head(decoded->head, {});
        if (!head) state.SkipWithError("broken");
        benchmark::DoNotOptimize(head->target.data());
    }
}
BENCHMARK_CAPTURE(decode_and_parse, whole, false);
BENCHMARK_CAPTURE(decode_and_parse, only_what_is_looked_at, true);

constexpr HttpField kFields[] = {
    {"Content-Type", "application/json"},
    {"Cache-Control", "max-age=60, stale-while-revalidate=30, stale-if-error=300"},
    {"Date", "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"ETag", "\"0123456789abcdef\""},
    {"Age", "12"},
    {"Cache-Status", "aside; hit; detail=\"l1=1,l2=0,origin=0\""},
    {"Content-Length", "1024"},
};

std::string json_of(std::size_t bytes) {
    std::string json = "{\"values\":[";
    while (json.size() < bytes) json += R"({"code":"GB-ENG","name":"England","parent":"GB"},)";
    json.resize(bytes);
    return json;
}

void encode(benchmark::State& state, AnswerForm form) {
    const std::string body = json_of(static_cast<std::size_t>(state.range(0)));
    const std::string_view pieces[] = {body};
    std::string into;
    for (auto _ : state) {
        into.clear();
        if (!append_http_answer(into, form, {.fields = kFields, .body = pieces}))
            state.SkipWithError("broken");
        benchmark::DoNotOptimize(into.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
constexpr AnswerForm kHttpApi{HttpSender::http_api};
constexpr AnswerForm kLoadBalancer{HttpSender::load_balancer, true};
BENCHMARK_CAPTURE(encode, http_api, kHttpApi)->Arg(0)->Arg(1024)->Arg(100 * 1024);
BENCHMARK_CAPTURE(encode, load_balancer, kLoadBalancer)->Arg(1024);

}  // namespace
}  // namespace aside::wire
