#include "cli/bench_plan.h"

#include <gtest/gtest.h>

#include "cli/bench_rate.h"
#include "cli/bench_url.h"
#include "cli/synthetic.h"
#include "cli/synthetic_check.h"
#include "runtime/os/files.h"

namespace aside::cli {
namespace {

using namespace std::chrono_literals;

std::string why_not(BenchOptions options) {
    runtime::OsFiles files;
    if (options.urls.empty()) options.urls = {"http://host:1"};
    const auto plan = plan_bench(options, files);
    return plan ? "" : plan.error().detail;
}

BenchPlan plan(BenchOptions options) {
    runtime::OsFiles files;
    if (options.urls.empty()) options.urls = {"http://host:1"};
    return plan_bench(options, files).value();
}

TEST(BenchRate, OneRateLastsForTheDuration) {
    const auto pieces = parse_rates("2.5k", 3s).value();
    ASSERT_EQ(pieces.size(), 1U);
    EXPECT_EQ(pieces[0].from_per_second, 2500);
    EXPECT_EQ(pieces[0].to_per_second, 2500);
    EXPECT_EQ(pieces[0].span, 3s);
    EXPECT_EQ(parse_rates("1", std::nullopt).value()[0].span, 10s);
    EXPECT_EQ(parse_rates("1M", std::nullopt).value()[0].from_per_second, 1e6);
}

TEST(BenchRate, StepsAndRamps) {
    const auto pieces = parse_rates("100:10s,100-5000:1m,7:1s", std::nullopt).value();
    ASSERT_EQ(pieces.size(), 3U);
    EXPECT_EQ(pieces[1].from_per_second, 100);
    EXPECT_EQ(pieces[1].to_per_second, 5000);
    EXPECT_EQ(pieces[1].span, 1min);
}

TEST(BenchRate, BurstsAreBegunAgainAndCutOff) {
    const auto pieces = parse_rates("200:19s,4000:1s", 50s).value();
    ASSERT_EQ(pieces.size(), 5U);
    EXPECT_EQ(pieces[3].from_per_second, 4000);
    EXPECT_EQ(pieces[4].span, 10s);
    const auto cut = parse_rates("0-100:10s", 5s).value();
    EXPECT_EQ(cut[0].to_per_second, 50);
}

TEST(BenchRate, NonsenseIsRefused) {
    for (const std::string_view wrong : {"", "x", "10x", "-1", "10:5", "10:0s", "10,20:1s", "1:1s,",
                                         "1-:1s", "inf", "nan", "1e999"})
        EXPECT_FALSE(parse_rates(wrong, std::nullopt)) << wrong;
    EXPECT_FALSE(parse_rates("1:1ns,2:1ns", 24h));  // repeated without end
}

TEST(BenchUrl, Parts) {
    const BenchUrl url = parse_bench_url("http://[::1]:8080/a/{}?v=1#part").value();
    EXPECT_EQ(url.endpoint.host, "::1");
    EXPECT_EQ(url.endpoint.port, 8080);
    EXPECT_EQ(url.host, "[::1]:8080");
    EXPECT_EQ(url.path, "/a/{}?v=1");
    EXPECT_EQ(parse_bench_url("https://example.org").value().endpoint.port, 443);
    EXPECT_EQ(parse_bench_url("http://example.org").value().endpoint.port, 80);
    EXPECT_EQ(parse_bench_url("http://h?x=1").value().path, "/?x=1");
    for (const std::string_view wrong :
         {"", "host:80", "ftp://h", "http://", "http://u:p@h/", "http://h:0", "http://h:99999"})
        EXPECT_FALSE(parse_bench_url(wrong)) << wrong;
}

TEST(BenchPlan, WhatIsAskedFor) {
    const BenchPlan made = plan({.rate = "10", .duration = "2s", .connections = 10, .threads = 4});
    EXPECT_EQ(made.settings_of(0).path, "/items/item-{}");
    EXPECT_EQ(made.settings_of(0).targets[0].host, "host:1");
    EXPECT_EQ(made.settings_of(0).connections, 3U);
    EXPECT_EQ(made.settings_of(3).connections, 2U);
    EXPECT_EQ(made.settings_of(3).share.index, 3U);
    EXPECT_EQ(made.settings_of(3).share.of, 4U);
    EXPECT_EQ(made.settings.arrivals.requests(), 20);
    EXPECT_EQ(made.keys, kDefaultKeys);
    EXPECT_EQ(plan({.urls = {"http://a/"}}).settings.path, "/");
    EXPECT_EQ(plan({.urls = {"http://a", "http://b/x/{}"}}).settings.targets.size(), 2U);
    EXPECT_EQ(plan({.urls = {"http://a"}, .path = "/y"}).settings.path, "/y");
    EXPECT_EQ(plan({.synthetic = 77}).keys, 77U);
    EXPECT_TRUE(plan({.urls = {"https://a"}}).settings.tls);
    EXPECT_EQ(plan({.headers = {"A: b", "C: d"}}).settings.fields, "A: b\r\nC: d\r\n");
}

TEST(BenchPlan, BadInputNamesTheFlag) {
    EXPECT_NE(why_not({.rate = "fast"}).find("--rate"), std::string::npos);
    EXPECT_NE(why_not({.duration = "10"}).find("--duration"), std::string::npos);
    EXPECT_NE(why_not({.hotspot = "100"}).find("--hotspot"), std::string::npos);
    EXPECT_NE(why_not({.hotspot = "100:101%"}).find("--hotspot"), std::string::npos);
    EXPECT_NE(why_not({.hotspot = "20000:50%"}).find("--hotspot"), std::string::npos);
    EXPECT_NE(why_not({.trace = "/nowhere.csv"}).find("--trace"), std::string::npos);
    EXPECT_NE(why_not({.threads = 300}).find("--threads"), std::string::npos);
    EXPECT_NE(why_not({.timeout = "0s"}).find("--timeout"), std::string::npos);
    EXPECT_NE(why_not({.cdn = "1s", .flat_out = true}).find("--cdn"), std::string::npos);
    EXPECT_NE(why_not({.expect = "fine"}).find("--expect"), std::string::npos);
    EXPECT_NE(why_not({.max_errors = "few"}).find("--max-errors"), std::string::npos);
    EXPECT_NE(why_not({.max_p99 = "5"}).find("--max-p99"), std::string::npos);
    EXPECT_NE(why_not({.urls = {"http://a/x"}, .verify = true}).find("--verify"),
              std::string::npos);
    EXPECT_NE(why_not({.urls = {"http://a/x"}, .synthetic = 1}).find("--synthetic"),
              std::string::npos);
    EXPECT_NE(why_not({.urls = {"http://a/x", "http://b/y"}}), "");
    EXPECT_NE(why_not({.urls = {"http://a", "https://b"}}), "");
    EXPECT_NE(why_not({.headers = {"no field"}}), "");
    EXPECT_EQ(why_not({}), "");
}

TEST(BenchPlan, ErrorLimits) {
    EXPECT_TRUE(parse_error_limit("3").value().holds(3, 10));
    EXPECT_FALSE(parse_error_limit("3").value().holds(4, 10));
    EXPECT_TRUE(parse_error_limit("0.1%").value().holds(1, 1000));
    EXPECT_FALSE(parse_error_limit("0.1%").value().holds(2, 1000));
    EXPECT_TRUE(parse_error_limit("0").value().holds(0, 0));
    for (const std::string_view wrong : {"", "%", "-1", "101%", "1 %", "0x1"})
        EXPECT_FALSE(parse_error_limit(wrong)) << wrong;
}

TEST(SyntheticCheck, KnowsEachByte) {
    const auto item = synthetic_check("/items/item-{}", 3, 2, 40).value();
    std::string body =
        R"({"id":"item-2","values":[)" + synthetic_body(2, 40) + "," + synthetic_body(0, 40) + "]}";
    EXPECT_TRUE(item(2, body));
    EXPECT_FALSE(item(1, body));
    body[body.size() - 6] ^= 1;
    EXPECT_FALSE(item(2, body));
    EXPECT_FALSE(item(2, ""));
    const auto object = synthetic_check("/objects/obj-{}", 3, 2, 40).value();
    EXPECT_TRUE(object(1, synthetic_body(1, 40)));
    EXPECT_FALSE(object(1, synthetic_body(2, 40)));
    EXPECT_FALSE(synthetic_check("/other/{}", 3, 2, 40));
}

}  // namespace
}  // namespace aside::cli
