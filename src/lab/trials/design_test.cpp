#include "lab/trials/design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.h"

namespace aside::lab::trials {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Design kDesigns[] = {Design::aside, Design::article, Design::ioredis};

constexpr std::uint64_t kL1Bytes = 5'000'000;

DesignPlaces places() {
    return {.program = "/bin/aside",
            .article_script = "article.mjs",
            .index_url = "dynamodb://items",
            .objects_url = "s3://objects",
            .origin = {"127.0.0.1", 9000},
            .seeds = {{"127.0.0.1", 7000}, {"127.0.0.1", 7001}}};
}

std::vector<std::string> line_of(Design design, const Workload& workload = {}) {
    return command_line(design, places(), workload, kL1Bytes);
}

TEST(Design, IsNamed) {
    for (const Design design : kDesigns) EXPECT_EQ(design_named(name_of(design)), design);
    EXPECT_EQ(design_named("Aside"), std::nullopt);
    EXPECT_EQ(design_named(""), std::nullopt);
}

TEST(Design, IsToldWhereEverythingIsAndListensOnAFreePort) {
    for (const Design design : kDesigns) {
        const auto line = line_of(design);
        EXPECT_THAT(line, Contains(HasSubstr("127.0.0.1:7000,127.0.0.1:7001")));
        EXPECT_THAT(line, Contains(testing::AnyOf("--http-listen=127.0.0.1:0", "--port=0")));
    }
    EXPECT_THAT(line_of(Design::aside), Contains("--memory-capacity=5000000B"));
    EXPECT_THAT(line_of(Design::ioredis), Contains("http://127.0.0.1:9000"));
}

// The only time-to-live that a hand-written design has is the fresh time.
TEST(Design, KeepsObjectsAsLongAsTheWorkloadSays) {
    const Workload workload{.objects_fresh = 7s, .stale = 9s};
    EXPECT_THAT(line_of(Design::aside, workload), Contains("--l1-fresh=7000ms"));
    EXPECT_THAT(line_of(Design::aside, workload), Contains("--l1-stale-if-error=9000ms"));
    EXPECT_THAT(line_of(Design::article, workload), Contains("--ttl=7000ms"));
    const auto node = line_of(Design::ioredis, workload);
    const auto ttl = std::ranges::find(node, "--ttl");
    ASSERT_NE(ttl, node.end());
    EXPECT_EQ(*(ttl + 1), "7");
}

TEST(Design, SharesOutWhatTheOriginTakesAtOnce) {
    const Workload workload{.processes = 3, .origin_limit = 100};
    EXPECT_THAT(line_of(Design::aside, workload), Contains("--origin-concurrency=30"));
    const Workload least{.processes = 2, .origin_limit = 1};
    EXPECT_THAT(line_of(Design::aside, least), Contains("--origin-concurrency=1"));
}

// Not one of the flags may be lost on the way, or be a variable that nobody knows.
TEST(Design, AsAFunctionIsToldTheSameByVariables) {
    using namespace config::parameter;
    constexpr std::string_view kVariable = "--variable=";
    const Workload workload{.objects_fresh = 7s, .stale = 9s};
    const auto line =
        functions_line(places(), workload, kL1Bytes, 30, "/functions.log", "--freeze-settle=0ms");
    std::vector<std::string> variables, others;
    for (const std::string& word : line) {
        const bool is_variable = word.starts_with(kVariable);
        (is_variable ? variables : others)
            .push_back(is_variable ? word.substr(kVariable.size()) : word);
    }
    EXPECT_THAT(others, ElementsAre("/bin/aside", "functions", "--environments=30",
                                    "--output=/functions.log", "--niceness=10", "--", "/bin/aside",
                                    "lambda"));
    EXPECT_THAT(variables, Contains("AWS_ACCESS_KEY_ID=trial"));
    EXPECT_THAT(variables, Not(Contains(HasSubstr("LISTEN"))));
    const auto loaded = config::load({.file = {}, .environment = variables, .flags = {}});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->get(index_url), "dynamodb://items");
    EXPECT_THAT(loaded->get(l2_url), HasSubstr("127.0.0.1:7000,127.0.0.1:7001"));
    EXPECT_EQ(loaded->get(memory_capacity), kL1Bytes);
    EXPECT_EQ(loaded->get(l1_fresh), 7s);
    EXPECT_EQ(loaded->get(l1_stale_if_error), 9s);
    EXPECT_EQ(loaded->get(redis_read_budget), 4s);
    EXPECT_EQ(loaded->get(freeze_settle), 0s);
}

TEST(Design, ListensWhereItDid) {
    const runtime::Endpoint was{"127.0.0.1", 4711};
    for (const Design design : kDesigns) {
        const auto before = line_of(design), after = line_that_listens_at(before, was);
        ASSERT_EQ(after.size(), before.size());
        std::vector<std::string> changed;
        for (std::size_t i = 0; i < after.size(); ++i) {
            if (after[i] != before[i]) changed.push_back(after[i]);
        }
        EXPECT_THAT(changed,
                    ElementsAre(design == Design::ioredis ? "--port=4711"
                                                          : "--http-listen=127.0.0.1:4711"));
    }
}

}  // namespace
}  // namespace aside::lab::trials
