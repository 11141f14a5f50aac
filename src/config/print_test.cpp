#include "config/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aside::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Print, EveryParameterIsInEveryForm) {
    const std::string text = print_text();
    const std::string markdown = print_markdown();
    const std::string effective = print_effective(Config());
    for (const Parameter& parameter : parameters()) {
        EXPECT_THAT(text, HasSubstr(std::string(parameter.name) + " = "));
        EXPECT_THAT(text, HasSubstr(environment_name(parameter)));
        EXPECT_THAT(markdown, HasSubstr("| `" + std::string(parameter.name) + "`"));
        EXPECT_THAT(effective, HasSubstr(std::string(parameter.name) + " = "));
    }
}

TEST(Print, ShowsUnitRangeAndProse) {
    EXPECT_THAT(print_text(),
                HasSubstr("http.max_age = 180s\n    duration (ns, us, ms, s, m, h, d), 0 to 365d; "
                          "--http-max-age, ASIDE_HTTP_MAX_AGE\n    max-age of Cache-Control"));
    EXPECT_THAT(print_markdown(),
                HasSubstr("| `items.missing` | choice | `error` | error or null |"));
    EXPECT_THAT(print_markdown(), HasSubstr("`memory.capacity` `--memory`"));
}

TEST(Print, EffectiveSaysWhereFromAndKeepsSecrets) {
    Sources sources;
    sources.flags = {{"--objects", "s3://me:hunter2@bucket/x"}};
    const auto config = load(sources);
    ASSERT_TRUE(config);
    const std::string text = print_effective(*config);
    EXPECT_THAT(text,
                testing::ContainsRegex("objects.url = s3://\\*\\*\\*@bucket/x +# --objects\n"));
    EXPECT_THAT(text, testing::ContainsRegex("http.max_age = 3m +# default\n"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace aside::config
