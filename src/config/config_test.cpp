#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/value_text.h"

namespace aside::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Sources file(std::string text) {
    return {.file = FileText{"aside.toml", std::move(text)}, .environment = {}, .flags = {}};
}

std::string problem(const Sources& sources) {
    const auto loaded = load(sources);
    return loaded ? "(accepted)" : loaded.error().detail;
}

TEST(Config, TheTableIsSound) {
    std::vector<std::string> seen;
    for (const Parameter& parameter : parameters()) {
        SCOPED_TRACE(parameter.name);
        EXPECT_EQ(find_parameter(parameter.name), &parameter);
        const auto fallback = parse_value(parameter, parameter.fallback);
        ASSERT_TRUE(fallback) << fallback.error().detail;
        EXPECT_EQ(*parse_value(parameter, format_value(parameter, *fallback)), *fallback);
        EXPECT_EQ(std::ranges::count(parameters(), parameter.name, &Parameter::name), 1);
        EXPECT_EQ(std::ranges::count(seen, flag_name(parameter)), 0);
        seen.push_back(flag_name(parameter));
        EXPECT_THAT(std::string(parameter.prose), testing::EndsWith("."));
        const bool ranged = parameter.kind == Kind::duration || parameter.kind == Kind::bytes ||
                            parameter.kind == Kind::integer || parameter.kind == Kind::ratio;
        EXPECT_EQ(parameter.range.find("..") != std::string_view::npos, ranged);
    }
}

TEST(Config, DefaultsDoNotContradictEachOther) {
    const auto loaded = load({});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->get(parameter::http_max_age), seconds(180));
    EXPECT_EQ(loaded->get(parameter::memory_capacity), 512ULL << 20);
    EXPECT_EQ(loaded->get(parameter::l1_jitter), 0.1);
    EXPECT_EQ(loaded->get(parameter::items_missing), "error");
}

TEST(Config, ReadsEveryKindFromAFile) {
    const auto loaded =
        load(file("workers = 4\n"
                  "[http]\nmax_age = \"250ms\"\nlisten = \"[::1]:0\"\n"
                  "[memory]\ncapacity = \"1GiB\"\n"
                  "[l1]\njitter = 0.25\n"
                  "[admin]\nhosts = [\"a.example\", \"b.example\"]\n"
                  "[items]\nmissing = \"null\"\n"
                  "[index]\nurl = \"sqlite:x.db\"\n"));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->get(parameter::workers), 4);
    EXPECT_EQ(loaded->get(parameter::http_max_age), milliseconds(250));
    EXPECT_EQ(loaded->get(parameter::http_listen), "[::1]:0");
    EXPECT_EQ(loaded->get(parameter::memory_capacity), 1ULL << 30);
    EXPECT_EQ(loaded->get(parameter::l1_jitter), 0.25);
    EXPECT_THAT(loaded->get(parameter::admin_hosts), ElementsAre("a.example", "b.example"));
    EXPECT_EQ(loaded->get(parameter::items_missing), "null");
    EXPECT_EQ(loaded->get(parameter::index_url), "sqlite:x.db");
}

TEST(Config, FlagsStandOverTheEnvironmentOverTheFileOverDefaults) {
    Sources sources =
        file("[http]\nmax_age = \"1s\"\nidle_timeout = \"1s\"\nsend_timeout = \"1s\"\n");
    sources.environment = {"PATH=/bin", "ASIDE_HTTP_IDLE_TIMEOUT=2s", "ASIDE_HTTP_SEND_TIMEOUT=2s"};
    sources.flags = {{"--http-send-timeout", "3s"}, {"--memory", "64MiB"}};
    const auto loaded = load(sources);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->get(parameter::http_max_age), seconds(1));
    EXPECT_EQ(loaded->get(parameter::http_idle_timeout), seconds(2));
    EXPECT_EQ(loaded->get(parameter::http_send_timeout), seconds(3));
    EXPECT_EQ(loaded->get(parameter::memory_capacity), 64ULL << 20);
    const auto where = [&](std::string_view name) {
        return loaded->setting(*find_parameter(name)).where;
    };
    EXPECT_EQ(where("http.max_age"), "aside.toml:2");
    EXPECT_EQ(where("http.idle_timeout"), "ASIDE_HTTP_IDLE_TIMEOUT");
    EXPECT_EQ(where("http.send_timeout"), "--http-send-timeout");
    EXPECT_EQ(where("http.listen"), "");
}

struct Refusal {
    std::string text;
    std::string says;
};

TEST(Config, RefusesAFileAndNamesTheLine) {
    const Refusal cases[] = {
        {"\n[http]\nmax_agge = \"3s\"",
         "aside.toml:3: unknown parameter 'http.max_agge'; did you mean 'http.max_age'?"},
        {"[htpp]\nmax_age = \"3s\"", "aside.toml:1: unknown group 'htpp'; did you mean 'http'?"},
        {"qqqqqqqq = 1", "aside.toml:1: unknown parameter 'qqqqqqqq'"},
        {"[http]\nmax_age = 3",
         "aside.toml:2: http.max_age: expected a value in quotes, such as \"3s\""},
        {"[http]\nmax_age = \"3\"", "aside.toml:2: http.max_age: the unit is missing"},
        {"[http]\nmax_age = \"3 s\"", "unknown unit"},
        {"[http]\nmax_age = \"-3s\"", "expected a whole number"},
        {"[http]\nmax_age = \"400d\"", "out of range: expected 0..365d"},
        {"[http]\nmax_age = \"99999999999999999999s\"", "too large"},
        {"[http]\nmax_age = \"9999999999999999d\"", "too large"},
        {"[memory]\ncapacity = \"512MB\"", "unknown unit: expected one of B, KiB, MiB, GiB, TiB"},
        {"workers = \"4\"", "aside.toml:1: workers: expected a whole number without quotes"},
        {"workers = 4.5", "expected a whole number"},
        {"workers = 257", "out of range: expected 0..256"},
        {"[l1]\njitter = nan", "expected a number"},
        {"[l1]\njitter = 0.6", "out of range: expected 0..0.5"},
        {"[items]\nmissing = \"nul\"", "expected one of error|null"},
        {"[http]\nlisten = \"8080\"", "expected HOST:PORT"},
        {"[http]\nlisten = \"::1:8080\"", "expected HOST:PORT"},
        {"[http]\nlisten = \"a:65536\"", "expected HOST:PORT"},
        {"[index]\nurl = \"aside.db\"", "expected a URL"},
        {"[admin]\nhosts = \"a\"", "expected an array of strings"},
        {"[admin]\nhosts = [1]", "expected an array of strings"},
        {"[admin]\ntoken_file = \"a\\u0000b\"", "has a control character"},
        {"http = 3", "'http' is a group: write [http]"},
        {"[http.tls]\nx = 1", "unknown group 'http.tls'"},
        {"[http]\nmax_age = \"1s\"\nmax_age = \"2s\"", "aside.toml:3: "},
        {"[::1]:80", "aside.toml:1: "},
        {"[http\n", "aside.toml:1: "},
        {"\u00e4 = 1", "aside.toml:1: "},
        {"\ufe58 = 1", "aside.toml:1: "},
        {"\xff\xfe", "aside.toml:1: "},
        {std::string(kMaxFileBytes + 1, '\n'), "aside.toml: is larger than 1 MiB"},
    };
    for (const auto& [text, says] : cases) {
        EXPECT_THAT(problem(file(text)), HasSubstr(says)) << text.substr(0, 100);
    }
}

TEST(Config, TellsAllProblemsAtOnceUpToALimit) {
    EXPECT_THAT(problem(file("a = 1\nworkers = true\n")),
                AllOf(HasSubstr("aside.toml:1: "), HasSubstr("\naside.toml:2: workers")));
    std::string many;
    for (int i = 0; i < 30; ++i) many += "zz" + std::to_string(i) + " = 1\n";
    EXPECT_THAT(problem(file(many)), HasSubstr("\nand 10 more"));
}

TEST(Config, RefusesVariablesAndFlagsByName) {
    const auto environment = [](std::string variable) {
        return problem({.file = {}, .environment = {std::move(variable)}, .flags = {}});
    };
    EXPECT_THAT(environment("ASIDE_HTTP_MAX_AGE=3"),
                StartsWith("ASIDE_HTTP_MAX_AGE: http.max_age: the unit is missing"));
    EXPECT_THAT(environment("ASIDE_HTTP_MAX_AGGE=3s"),
                HasSubstr("did you mean ASIDE_HTTP_MAX_AGE?"));
    EXPECT_THAT(environment("ASIDE_WORKERS"), HasSubstr("expected a whole number"));
    EXPECT_EQ(environment("ASIDE_CONFIG=/etc/aside.toml"), "(accepted)");
    EXPECT_EQ(environment("aside_workers=x"), "(accepted)");
    // A Kubernetes service called aside, or aside-http, puts these into the pod.
    EXPECT_EQ(environment("ASIDE_SERVICE_HOST=10.0.0.1"), "(accepted)");
    EXPECT_EQ(environment("ASIDE_HTTP_PORT_8080_TCP=tcp://10.0.0.1:8080"), "(accepted)");

    const auto flag = [](std::string name, std::string text) {
        return problem(
            {.file = {}, .environment = {}, .flags = {{std::move(name), std::move(text)}}});
    };
    EXPECT_THAT(flag("--memory", "1GB"), StartsWith("--memory: memory.capacity: unknown unit"));
    EXPECT_THAT(flag("--htp-max-age", "1s"), HasSubstr("did you mean --http-max-age?"));
    EXPECT_THAT(problem({.file = {},
                         .environment = {},
                         .flags = {{"--memory", "1GiB"}, {"--memory-capacity", "2GiB"}}}),
                HasSubstr("memory.capacity is set by --memory already"));
}

TEST(Config, RefusesWhatContradictsItself) {
    EXPECT_THAT(problem(file("[l1]\nstale_while_revalidate = \"2h\"\n")),
                StartsWith("aside.toml:2: l1.stale_while_revalidate (2h) is more than "
                           "l1.stale_if_error (1h, the default)"));
    Sources both = file("[memory]\ncapacity = \"1MiB\"\n");
    both.flags = {{"--memory-absent-capacity", "2MiB"}};
    EXPECT_THAT(problem(both), StartsWith("--memory-absent-capacity and aside.toml:2: "));
    EXPECT_THAT(problem(file("[memory]\ncapacity = \"15MiB\"\n")),
                StartsWith("aside.toml:2: memory.absent_capacity (8MiB, the default) is more than "
                           "half of memory.capacity (15MiB)"));
    EXPECT_EQ(problem(file("[memory]\ncapacity = \"16MiB\"\n")), "(accepted)");
    EXPECT_THAT(problem(file("[admin]\nlisten = \"127.0.0.1:8080\"\n")),
                HasSubstr("the same address"));
    EXPECT_EQ(problem(file("[admin]\nlisten = \"a:0\"\n[http]\nlisten = \"a:0\"\n")), "(accepted)");
}

TEST(Config, NeverTellsAValueThatMayBeASecret) {
    EXPECT_THAT(problem(file("[index]\nurl = \"redis//me:hunter2@host\"\n")),
                Not(HasSubstr("hunter2")));
    EXPECT_THAT(
        problem({.file = {}, .environment = {"ASIDE_INDEX_URL=me:hunter2\n@x"}, .flags = {}}),
        Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace aside::config
