#include "lab/trials/drill_report.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class DrillReportTest : public testing::Test {
  protected:
    DrillReportTest() {
        result.drill = &drill;
        result.verdict = Verdict::fail;
        result.reasons = {R"(aside: 3 "false" misses)"};
        result.seconds = 12.34;
        TrialResult aside{.design = Design::aside};
        Figures& f = aside.figures;
        f.requests = 1001;
        f.errors = 12;
        f.avoidable = 13;
        f.wrong = 14;
        f.too_old = 15;
        f.false_misses = 16;
        f.unknowns = 17;
        f.origin_loads = 250;
        f.loads_since_fault = 150;
        f.connections_opened = 18;
        f.counts_connections = true;
        f.latency = {Latencies{600, 1ms, 2ms, 3ms, 4ms}, Latencies{300, 5ms, 6ms, 7ms, 8ms},
                     Latencies{101, 9ms, 10ms, 11ms, 12ms}};
        f.recovery = 1750ms;
        f.seconds = {{500, 0, 100, 1ms, 2ms}, {501, 12, 150, 5ms, 6ms}};
        f.fault_at = 1s;
        f.mended_at = 2s;
        aside.faultless = Figures{.origin_loads = 300, .loads_since_fault = 200};
        aside.facts = {R"(said: "so")"};
        result.trials = {aside, {.design = Design::ioredis}};
    }

    simdjson::dom::element parsed(const std::string& text) {
        simdjson::dom::element root;
        EXPECT_EQ(parser.parse(text).get(root), simdjson::SUCCESS) << text;
        return root;
    }
    static std::vector<std::string> lines(const std::string& text) {
        std::vector<std::string> all;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) all.push_back(line);
        return all;
    }
    static std::vector<std::string> words(const std::string& line) {
        std::istringstream stream(line);
        return {std::istream_iterator<std::string>(stream), {}};
    }

    TrialDrill drill{.name = "a-drill", .fault = "a fault", .expectation = "what must hold"};
    DrillResult result;
    ReportFacts facts{.environment = {{"server", "Redis \\ 7"}, {"seed", "9"}}, .quick = true};
    simdjson::dom::parser parser;
};

TEST_F(DrillReportTest, HasALineForEachTrialAndThenTheReasons) {
    const auto table = lines(table_lines(result));
    ASSERT_EQ(table.size(), 4U);
    EXPECT_THAT(words(table[0]),
                testing::ElementsAre("a-drill", "aside", "FAIL", "1001", "12", "13", "14", "15",
                                     "16", "17", "-50", "2.0/6.0/10.0", "1.75", "18"));
    EXPECT_THAT(words(table[1]), testing::ElementsAre("a-drill", "ioredis", "0", "0", "0", "0", "0",
                                                      "0", "0", "-", "0.0/0.0/0.0", "0.00", "-"));
    EXPECT_EQ(table[2], R"(    aside: 3 "false" misses)");
    EXPECT_EQ(table[3], R"(    said: "so")");
}

TEST_F(DrillReportTest, OfAPassTheTableTellsTheFiguresAlone) {
    result.verdict = Verdict::pass;
    result.reasons.clear();
    EXPECT_THAT(lines(table_lines(result)), testing::SizeIs(2));
    EXPECT_THAT(table_lines(result), Not(testing::EndsWith("\n")));
}

// Each name stands above the end of its figure.
TEST_F(DrillReportTest, FiguresStandBelowTheirNames) {
    const std::string heading = table_heading(), line = lines(table_lines(result))[0];
    const auto below = [&](std::string_view name, std::string_view figure) {
        const std::size_t end = heading.find(name) + name.size();
        return line.substr(end - figure.size(), figure.size()) == figure;
    };
    EXPECT_TRUE(below("requests", "1001"));
    EXPECT_TRUE(below("errors", "12"));
    EXPECT_TRUE(below("avoid.", "13"));
    EXPECT_TRUE(below("false", "16"));
    EXPECT_TRUE(below("unknown", "17"));
    EXPECT_TRUE(below("loads", "-50"));
    EXPECT_THAT(lines(heading), testing::SizeIs(1));
}

TEST_F(DrillReportTest, IsJson) {
    result.reasons.front() += "\n\x01";
    const auto root = parsed(to_json({result, result}, facts));
    EXPECT_TRUE(bool(root["quick"]));
    EXPECT_EQ(std::string_view(root["environment"]["server"]), "Redis \\ 7");
    EXPECT_EQ(root["drills"].get_array().size(), 2U);
    const simdjson::dom::element told = root["drills"].at(0);
    EXPECT_EQ(std::string_view(told["drill"]), "a-drill");
    EXPECT_EQ(std::string_view(told["verdict"]), "FAIL");
    EXPECT_EQ(std::string_view(told["reasons"].at(0)), result.reasons[0]);
    const simdjson::dom::element trial = told["trials"].at(0);
    EXPECT_EQ(std::string_view(trial["design"]), "aside");
    const auto number = [](simdjson::dom::element of, const char* name) {
        return static_cast<double>(of[name].get_double());
    };
    const std::pair<const char*, double> wanted[] = {
        {"requests", 1001},   {"errors", 12},       {"avoidable_errors", 13},
        {"wrong_bodies", 14}, {"too_old", 15},      {"false_misses", 16},
        {"unknowns", 17},     {"extra_loads", -50}, {"connections_opened", 18},
        {"recovery_s", 1.75}, {"fault_at_s", 1},    {"mended_at_s", 2},
        {"origin_loads", 250}};
    for (const auto& [name, value] : wanted) EXPECT_EQ(number(trial, name), value) << name;
    EXPECT_NEAR(number(trial, "errors_per_million"), 11988.012, 0.001);
    EXPECT_EQ(number(trial["during"], "p99_ms"), 6);
    EXPECT_EQ(trial["seconds"].get_array().size(), 2U);
    EXPECT_EQ(number(trial["seconds"].at(1), "failed"), 12);
    EXPECT_EQ(std::string_view(trial["facts"].at(0)), R"(said: "so")");
}

TEST_F(DrillReportTest, WhatIsNotKnownIsNull) {
    const auto root = parsed(to_json({result}, facts));
    const simdjson::dom::element trial = root["drills"].at(0)["trials"].at(1);
    EXPECT_TRUE(trial["connections_opened"].is_null());
    EXPECT_TRUE(trial["extra_loads"].is_null());
    EXPECT_EQ(parsed(to_json({}, {}))["drills"].get_array().size(), 0U);
}

TEST_F(DrillReportTest, IsAPageThatSaysItAll) {
    result.reasons.front() = "aside: 3 <wrong> bodies";
    const std::string page = to_html({result}, facts);
    for (const char* said : {"a-drill", "a fault", "what must hold", "FAIL", "aside", "ioredis",
                             "aside: 3 &lt;wrong&gt; bodies", "<svg", "Redis \\ 7"})
        EXPECT_THAT(page, HasSubstr(said));
    EXPECT_THAT(page, Not(HasSubstr("<wrong>")));
}

TEST_F(DrillReportTest, ItsPlotsAreFilesToo) {
    const auto plots = to_plots({result});
    ASSERT_EQ(plots.size(), 3U);
    EXPECT_EQ(plots[0].name, "a-drill-latency");
    EXPECT_EQ(plots[1].name, "a-drill-errors");
    EXPECT_EQ(plots[2].name, "a-drill-loads");
    for (const Plot& plot : plots) {
        EXPECT_TRUE(plot.svg.starts_with("<svg")) << plot.svg.substr(0, 40);
        EXPECT_THAT(plot.svg, HasSubstr("ioredis"));
    }
}

TEST_F(DrillReportTest, ADrillThatWasNotRunHasItsReason) {
    result.trials.clear();
    result.verdict = Verdict::not_run;
    result.reasons = {"aside: namespaces are not permitted here"};
    EXPECT_THAT(table_lines(result), HasSubstr("namespaces are not permitted here"));
    EXPECT_EQ(std::string_view(parsed(to_json({result}, facts))["drills"].at(0)["verdict"]),
              "not run");
    EXPECT_THAT(to_html({result}, facts), HasSubstr("namespaces are not permitted here"));
}

}  // namespace
}  // namespace aside::lab::trials
