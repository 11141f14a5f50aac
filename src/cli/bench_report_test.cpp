#include "cli/bench_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

lab::load::LoadRecord two_seconds() {
    lab::load::LoadRecord record;
    record.settings = {{"target", "http://\"quoted\""}};
    record.seconds.resize(2);
    record.seconds[0].due = record.seconds[0].well = 1000;
    record.seconds[0].latency.record(1ms, 1000);
    record.seconds[0].l1 = 3;
    record.seconds[0].origin = 1;
    record.seconds[1].due = 2;
    record.seconds[1].mishaps[0] = 2;
    record.statuses[200] = 1000;
    record.took = 2s;
    return record;
}

TEST(BenchReport, TimesHaveThreeDigits) {
    EXPECT_EQ(readable_time(210us), "0.21 ms");
    EXPECT_EQ(readable_time(12'340us), "12.3 ms");
    EXPECT_EQ(readable_time(450ms), "450 ms");
    EXPECT_EQ(readable_time(1200ms), "1.20 s");
    EXPECT_EQ(readable_time(9us), "9.00 µs");
}

TEST(BenchReport, AFewInManyAreNotNone) {
    EXPECT_EQ(readable_share(0, 0), "0.00 %");
    EXPECT_EQ(readable_share(1, 1'000'000), "under 0.01 %");
    EXPECT_EQ(readable_share(999'999, 1'000'000), "over 99.99 %");
    EXPECT_EQ(readable_share(1, 2), "50.0 %");
    EXPECT_EQ(readable_share(7, 7), "100.00 %");
}

TEST(BenchReport, LimitsAreJudged) {
    BenchPlan plan;
    EXPECT_TRUE(judge(plan, two_seconds()).empty());
    plan.max_errors = ErrorLimit{.count = 1};
    plan.max_p99 = 2ms;
    auto verdicts = judge(plan, two_seconds());
    ASSERT_EQ(verdicts.size(), 2U);
    EXPECT_FALSE(verdicts[0].held);
    EXPECT_TRUE(verdicts[1].held);
    EXPECT_FALSE(all_held(verdicts));
    plan.max_errors = ErrorLimit{.count = 2};
    EXPECT_TRUE(all_held(judge(plan, two_seconds())));
    plan.max_p99 = 900us;
    EXPECT_FALSE(all_held(judge(plan, two_seconds())));
    EXPECT_FALSE(judge(plan, {}).back().held);  // nothing answered is not fast
}

TEST(BenchReport, TheSummaryTellsErrorsByKind) {
    const std::string text = bench_summary(two_seconds(), {});
    EXPECT_THAT(text, HasSubstr("2 (0.20 %): refused 2"));
    EXPECT_THAT(text, HasSubstr("200: 1,000"));
    EXPECT_THAT(text, HasSubstr("l1 75.0 %"));
    EXPECT_THAT(text, Not(HasSubstr("CDN")));
    EXPECT_THAT(bench_summary({}, {}), HasSubstr("nothing was answered"));
}

TEST(BenchReport, JsonHasEachSecond) {
    const std::string json = bench_json(two_seconds(), {{"--max-p99", "1 ms", "2 ms", false}});
    EXPECT_THAT(json, HasSubstr(R"("target":"http://\"quoted\"")"));
    EXPECT_THAT(json, HasSubstr(R"({"second":0,"requests":1000,"well":1000)"));
    EXPECT_THAT(json, HasSubstr(R"({"second":1,"requests":2,"well":0)"));
    EXPECT_THAT(json, HasSubstr(R"("latency_us":null,"histogram_us":[]})"));
    EXPECT_THAT(json, HasSubstr(R"("held":false)"));
    EXPECT_THAT(json, HasSubstr(",1000]]"));
}

TEST(BenchReport, ProgressIsOneLine) {
    const std::string line = bench_progress(two_seconds().total(), 1s, 75s);
    EXPECT_THAT(line, HasSubstr("75 s  1,002/s"));
    EXPECT_THAT(line, HasSubstr("errors 2 (refused 2)"));
    EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(BenchReport, LongLoadsAreDrawnInFewerPoints) {
    lab::load::LoadRecord record = two_seconds();
    const std::size_t page_bytes = bench_html(record, {}).size();
    record.seconds.resize(20'000, record.seconds[0]);
    EXPECT_LT(bench_html(record, {}).size(), page_bytes + 2'000'000);
    EXPECT_FALSE(bench_html({}, {}).empty());
}

}  // namespace
}  // namespace aside::cli
