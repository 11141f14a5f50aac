#include "front/lambda/embedded_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::front::lambda {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class EmbeddedMetricsTest : public testing::Test {
  protected:
    EmbeddedMetrics metrics(Duration period, unsigned invocations) {
        return {{.period = period, .invocations = invocations, .function = "it\"ems"},
                registry_,
                [this](std::string_view line) { lines_.emplace_back(line); }};
    }
    void end_one(EmbeddedMetrics& metrics, Duration after = 1ms) {
        now_ += after;
        metrics.invocation_ended(now_, WallTime(1'760'000'000'123ms), 1500us);
    }

    telemetry::Registry registry_{1};
    std::vector<std::string> lines_;
    SteadyTime now_{};
};

TEST_F(EmbeddedMetricsTest, IsOffUnlessOneLimitIsSet) {
    EXPECT_FALSE(EmbeddedMetricsOptions().wanted());
    EXPECT_TRUE(EmbeddedMetricsOptions{.period = 1s}.wanted());
    EXPECT_TRUE(EmbeddedMetricsOptions{.invocations = 1}.wanted());
}

TEST_F(EmbeddedMetricsTest, TellsOnOneLineWhatWasCounted) {
    registry_.counter("aside_reads_total", "", {{"tier", "l1"}, {"answer", "hit"}}).add(0, 3);
    registry_.counter("aside_reads_total", "", {{"tier", "l1"}, {"answer", "miss"}}).add(0, 2);
    registry_.counter("aside_unknown_total", "", {{"reason", "late"}}).add(0, 4);
    registry_.counter("aside_unknown_total", "", {{"reason", "lost"}}).add(0, 5);
    auto told = metrics(0s, 2);
    end_one(told);
    EXPECT_TRUE(lines_.empty());
    end_one(told);
    ASSERT_EQ(lines_.size(), 1U);
    const std::string& line = lines_.front();
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, HasSubstr(R"({"_aws":{"Timestamp":1760000000123,"CloudWatchMetrics":[{)"
                                R"("Namespace":"Aside","Dimensions":[["FunctionName"]],)"));
    EXPECT_THAT(line, HasSubstr(R"({"Name":"MemoryHits","Unit":"Count"})"));
    EXPECT_THAT(line, HasSubstr(R"(,"FunctionName":"it\"ems",)"));
    EXPECT_THAT(line, HasSubstr(R"("Invocations":2,"InvocationDuration":[1.500,1.500],)"));
    EXPECT_THAT(line, HasSubstr(R"("MemoryHits":3,"MemoryMisses":2,)"));
    EXPECT_THAT(line, HasSubstr(R"("L2Unknowns":9,)"));
}

TEST_F(EmbeddedMetricsTest, TellsOnlyWhatIsNew) {
    auto& thaws = registry_.counter("aside_thaws_total", "");
    auto told = metrics(0s, 1);
    thaws.add(0, 7);
    end_one(told);
    thaws.add(0);
    end_one(told);
    ASSERT_EQ(lines_.size(), 2U);
    EXPECT_THAT(lines_[0], HasSubstr(R"("Thaws":7})"));
    EXPECT_THAT(lines_[1], HasSubstr(R"("Thaws":1})"));
}

TEST_F(EmbeddedMetricsTest, TellsWhenThePeriodIsOver) {
    auto told = metrics(10s, 0);
    end_one(told, 100s);  // the first invocation begins it
    end_one(told, 9s);
    EXPECT_TRUE(lines_.empty());
    end_one(told, 1s);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_THAT(lines_[0], HasSubstr(R"("Invocations":3,)"));
    end_one(told, 9s);
    EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(EmbeddedMetricsTest, TellsNoMoreValuesThanALineMayHave) {
    auto told = metrics(1h, 0);
    for (unsigned i = 0; i < EmbeddedMetrics::kMostInvocations; ++i) end_one(told);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_THAT(lines_[0], HasSubstr(R"("Invocations":100,)"));
}

}  // namespace
}  // namespace aside::front::lambda
