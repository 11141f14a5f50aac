#include "lab/load/trace_keys.h"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "traces/memory_source.h"

namespace aside::lab::load {
namespace {

using std::chrono::milliseconds;

Result<TraceLoad> read_text(std::string text, const TraceOptions& options = {}) {
    auto reader = traces::open_trace(std::make_unique<traces::MemorySource>(std::move(text)));
    if (!reader) return fail(reader.error());
    return read_trace(**reader, options);
}

std::string error_of(std::string text, const TraceOptions& options = {}) {
    const auto load = read_text(std::move(text), options);
    return load ? "" : to_string(load.error());
}

const std::string kTrace =
    "time_ms,key,size,op,ttl_s\n"
    "5,beef,1,r,0\n"
    "5,17,1,w,0\n"
    "15,cafe,1,r,0\n"
    "12,beef,1,r,0\n"
    "45,0,1,r,0\n";

TEST(TraceKeys, KeysAreNumberedInTheOrderOfTheirFirstReads) {
    const auto load = read_text(kTrace);
    ASSERT_TRUE(load);
    EXPECT_EQ(*load->keys, (std::vector<std::uint32_t>{0, 1, 0, 2}));
    EXPECT_EQ(load->distinct_keys, 3);
    EXPECT_EQ(load->writes, 1);
    EXPECT_EQ(load->times, nullptr);
}

TEST(TraceKeys, TheChoiceFollowsTheTraceAndBeginsAgain) {
    const auto load = read_text(kTrace);
    ASSERT_TRUE(load);
    const auto choice = load->choice();
    Random random(1);
    std::vector<std::uint64_t> asked;
    for (int i = 0; i < 6; ++i) asked.push_back(choice->next(random));
    EXPECT_EQ(asked, (std::vector<std::uint64_t>{0, 1, 0, 2, 0, 1}));
}

TEST(TraceKeys, TimesBeginAtNoneNeverGoBackAndFollowTheSpeed) {
    for (const double speed : {0.5, 1.0, 2.0}) {
        const auto load = read_text(kTrace, {.with_times = true, .speed = speed});
        ASSERT_TRUE(load);
        Arrivals arrivals(load->arrivals(), 1);
        std::vector<double> due_ms;
        while (const auto due = arrivals.next()) {
            due_ms.push_back(std::chrono::duration<double, std::milli>(*due).count() * speed);
        }
        EXPECT_EQ(due_ms, (std::vector<double>{0, 10, 10, 40})) << speed;
    }
}

TEST(TraceKeys, ATimeBeforeTheFirstIsTheFirsts) {
    const auto load = read_text("9,a,1\n3,b,1\n12,c,1\n10,d,1\n", {.with_times = true});
    ASSERT_TRUE(load);
    EXPECT_EQ(*load->times, (std::vector<Duration>{milliseconds(0), milliseconds(0),
                                                   milliseconds(3), milliseconds(3)}));
}

TEST(TraceKeys, TellsWhatCannotBeALoad) {
    for (const char* empty : {"", "\n", "time_ms,key,size,op,ttl_s\n", "1,a,1,w,0\n"}) {
        EXPECT_EQ(error_of(empty), "bad_input: the trace reads nothing") << empty;
    }
    EXPECT_EQ(error_of("0,a,1\n0,b,1\nx,c,1\n"), "bad_input: line 3 has a bad time");
    EXPECT_EQ(error_of("0,a,1\n0,b,1\n0,c,1\n", {.max_requests = 2}),
              "bad_input: the trace has more than the 2 requests that a load can hold");
    EXPECT_EQ(error_of("0,a,1\n0,b,1\n", {.max_requests = 2}), "");
    EXPECT_TRUE(error_of("\x28\xb5\x2f\xfd rest").starts_with("corrupt"));
}

TEST(TraceKeys, TellsTimesThatAreNone) {
    EXPECT_EQ(error_of("7,a,1\n7,b,1\n", {.with_times = true}),
              "bad_input: the trace has no times: all of its requests are at once");
    EXPECT_EQ(error_of("7,a,1\n7,b,1\n"), "");
    EXPECT_EQ(error_of("7,a,1\n", {.with_times = true}), "");  // one has no need of any
    EXPECT_EQ(error_of("0,a,1\n18446744073709551615,b,1\n", {.with_times = true}),
              "bad_input: at this speed the trace lasts longer than a year");
    EXPECT_EQ(error_of("0,a,1\n18446744073709551615,b,1\n"), "");
    const double infinite = std::numeric_limits<double>::infinity();
    for (const double speed : {0.0, -1.0, infinite, std::nan("")}) {
        EXPECT_EQ(error_of(kTrace, {.with_times = true, .speed = speed}),
                  "bad_input: a trace's speed is a number above 0");
    }
}

}  // namespace
}  // namespace aside::lab::load
