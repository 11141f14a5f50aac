#include "lab/trials/function_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/lambda/report_json.h"
#include "wire/json_text.h"

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;
using lambda::InvocationReport;
using testing::HasSubstr;
using testing::IsEmpty;

// Of an invocation that the function answered.
InvocationReport answered(unsigned status, std::string_view body) {
    std::string json = R"({"statusCode":)" + std::to_string(status) + R"(,"headers":{},"body":)";
    wire::append_json_string(json, body);
    InvocationReport report;
    report.answer = json + R"(,"isBase64Encoded":false})";
    return report;
}

class FunctionReportsTest : public testing::Test {
  protected:
    std::string item(std::uint32_t number) const {
        std::string text = R"({"id":")" + Dataset::item_id(number) + R"(","values":[)";
        for (const std::uint32_t object : data_.references(number)) {
            if (!text.ends_with('[')) text += ',';
            text += data_.body(object, data_.generation(object));
        }
        return text + "]}";
    }

    // Of items 0, 1, …, one for each report.
    Result<FunctionBurst> judged(const std::vector<std::string>& reports) const {
        std::string list = "[";
        std::vector<std::uint32_t> items;
        for (const std::string& report : reports) {
            if (list.size() > 1) list += ',';
            list += report;
            items.push_back(static_cast<std::uint32_t>(items.size()));
        }
        return judge_reports(data_, items, list + "]");
    }

    const Dataset data_{DatasetOptions{.items = 10, .references = 2, .objects = 20}};
};

TEST_F(FunctionReportsTest, AnswersAreJudgedByTheBytesOfTheirItem) {
    InvocationReport right = answered(200, item(0)), others = answered(200, item(0));
    right.cold = true;
    right.duration = 20ms;
    others.duration = 10ms;
    const auto burst = judged({report_json(right), report_json(others)});
    ASSERT_TRUE(burst);
    EXPECT_EQ(burst->answered, 1U);
    EXPECT_EQ(burst->wrong, 1U);
    EXPECT_EQ(burst->failed, 0U);
    EXPECT_EQ(burst->cold, 1U);
    EXPECT_THAT(burst->took, testing::ElementsAre(20ms, 10ms));
}

TEST_F(FunctionReportsTest, AnotherStatusAnErrorAndNoInvocationAreFailures) {
    InvocationReport ended, odd;
    ended.error =
        lambda::FunctionError{.type = "Sandbox.Timedout", .message = "late", .payload = "{}"};
    odd.answer = "no JSON";
    const auto burst = judged(
        {report_json(answered(504, "{}")), report_json(ended), report_json(odd), "null", "null"});
    ASSERT_TRUE(burst);
    EXPECT_EQ(burst->failed, 5U);
    EXPECT_EQ(burst->answered + burst->wrong + burst->cold, 0U);
    ASSERT_EQ(burst->examples.size(), 3U);  // not all two hundred
    EXPECT_THAT(burst->examples[1], HasSubstr("Sandbox.Timedout"));
}

TEST_F(FunctionReportsTest, WhatIsNoReportOfEachEventIsAnError) {
    const std::vector<std::uint32_t> two{0, 1};
    for (const char* reports : {"", "{}", "[null]", "[null,null,null]"})
        EXPECT_FALSE(judge_reports(data_, two, reports)) << reports;
}

TEST_F(FunctionReportsTest, EventsReadTheItemsInTheirOrder) {
    const std::string events = item_events(std::vector<std::uint32_t>{7, 3});
    const std::size_t seventh = events.find(R"("rawPath":"/items/item-7")");
    const std::size_t third = events.find(R"("rawPath":"/items/item-3")");
    ASSERT_NE(third, std::string::npos);
    EXPECT_LT(seventh, third);
    EXPECT_EQ(item_events({}), "[]");
}

TEST(FunctionBurst, APercentileIsOneOfTheValues) {
    FunctionBurst burst;
    EXPECT_EQ(burst.percentile(0.5), Duration{});
    burst.took = {40ms, 10ms, 30ms, 20ms};
    EXPECT_EQ(burst.percentile(0), 10ms);
    EXPECT_EQ(burst.percentile(0.5), 20ms);
    EXPECT_EQ(burst.percentile(0.51), 30ms);
    EXPECT_EQ(burst.percentile(1), 40ms);
}

TEST(EnvironmentsIn, ReadsWhatTheStandInTells) {
    using lambda::EnvironmentState;
    const auto told = environments_in(lambda::environments_json(
        {{.state = EnvironmentState::idle, .starts = 1, .invocations = 3},
         {.number = 1, .state = EnvironmentState::retired, .starts = 2, .invocations = 2}},
        {}));
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].starts, 1U);
    EXPECT_EQ(told[0].invocations, 3U);
    EXPECT_FALSE(told[0].retired);
    EXPECT_TRUE(told[1].retired);
    EXPECT_THAT(environments_in(R"({"environments":[{"number":0}]})"), IsEmpty());
    EXPECT_THAT(environments_in("no JSON"), IsEmpty());
}

}  // namespace
}  // namespace aside::lab::trials
