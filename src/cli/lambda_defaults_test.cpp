#include "cli/lambda_defaults.h"

#include <gtest/gtest.h>

namespace aside::cli {
namespace {

using namespace config::parameter;

constexpr std::uint64_t kMiB = 1 << 20;

Result<config::Config> load(const std::vector<std::string>& environment) {
    return config::load({.file = {}, .environment = environment, .flags = {}},
                        lambda_defaults(read_lambda_environment(environment)));
}

config::Config loaded(const std::vector<std::string>& environment) {
    auto config = load(environment);
    EXPECT_TRUE(config.has_value()) << config.error().detail;
    return config.value_or(config::Config());
}

TEST(LambdaDefaults, DivideTheFunctionsMemory) {
    const auto config = loaded({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769"});
    const std::uint64_t bytes = (1769 - 40) * kMiB;
    EXPECT_EQ(config.get(memory_capacity), bytes / 2);
    EXPECT_EQ(config.get(memory_lent_max), bytes / 8);
    EXPECT_EQ(config.get(origin_max_bytes_in_flight), bytes / 8);
    EXPECT_EQ(config.get(workers), 1);
    EXPECT_EQ(config.get(redis_dialling), "lazy");
    EXPECT_EQ(config.get(curve_keys), 0);
}

TEST(LambdaDefaults, FitTheSmallestFunction) {
    const auto config = loaded({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128"});
    const std::uint64_t all = config.get(memory_capacity) + config.get(memory_absent_capacity) +
                              config.get(memory_lent_max) + config.get(origin_max_bytes_in_flight) +
                              config.get(redis_fill_queue_bytes);
    EXPECT_LT(all, (128 - 40) * kMiB);
    EXPECT_GE(config.get(memory_capacity), 44 * kMiB);
}

TEST(LambdaDefaults, LeaveWhatSomebodyHasSet) {
    const auto config =
        loaded({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "ASIDE_MEMORY_CAPACITY=64MiB",
                "ASIDE_WORKERS=2", "ASIDE_REDIS_DIALLING=eager", "ASIDE_LOG_FORMAT=text"});
    EXPECT_EQ(config.get(memory_capacity), 64 * kMiB);
    EXPECT_EQ(config.get(workers), 2);
    EXPECT_EQ(config.get(redis_dialling), "eager");
    EXPECT_EQ(config.get(log_format), "text");
}

TEST(LambdaDefaults, DoNotContradictEachOther) {
    for (const char* size : {"1", "64", "128", "512", "10240"}) {
        const auto config = load({std::string("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=") + size});
        EXPECT_TRUE(config) << size << ": " << config.error().detail;
    }
}

TEST(LambdaDefaults, AreHeldAgainstWhatSomebodyHasSet) {
    // By the table's defaults all three would be the other way round.
    const auto refused =
        load({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "ASIDE_OBJECTS_MAX_BYTES=16MiB"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_input);
    EXPECT_NE(refused.error().detail.find(
                  "ASIDE_OBJECTS_MAX_BYTES and AWS_LAMBDA_FUNCTION_MEMORY_SIZE: objects.max_bytes "
                  "(16MiB) is more than memory.lent_max (11MiB, the default)"),
              std::string::npos)
        << refused.error().detail;
    EXPECT_FALSE(
        load({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "ASIDE_MEMORY_ABSENT_CAPACITY=32MiB"}));
    EXPECT_TRUE(load({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "ASIDE_MEMORY_CAPACITY=12MiB"}));
}

TEST(LambdaDefaults, AreTheTablesWhereLambdaTellsNoMemory) {
    for (const char* size : {"", "many", "12x", "-1", "99999999999"}) {
        const auto config = loaded({std::string("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=") + size});
        EXPECT_EQ(config.get(memory_capacity), config::Config().get(memory_capacity)) << size;
    }
}

TEST(LambdaEnvironment, SaysWhoIsAskedAndWhatForAndRefusesTheRest) {
    const auto environment =
        read_lambda_environment({"_HANDLER=invalidate", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001",
                                 "LAMBDA_TASK_ROOT=/var/task", "AWS_LAMBDA_FUNCTION_NAME=items",
                                 "AWS_LAMBDA_FUNCTION_NAMES=no"});
    EXPECT_EQ(*handler_of(environment), LambdaHandler::invalidate);
    EXPECT_EQ(to_string(*runtime_api_of(environment)), "127.0.0.1:9001");
    EXPECT_EQ(environment.task_root, "/var/task");
    EXPECT_EQ(environment.function, "items");

    EXPECT_EQ(*handler_of(read_lambda_environment({})), LambdaHandler::serve);
    EXPECT_EQ(*handler_of(read_lambda_environment({"_HANDLER=bootstrap"})), LambdaHandler::serve);
    const auto odd = handler_of(read_lambda_environment({"_HANDLER=index.handler"}));
    ASSERT_FALSE(odd);
    EXPECT_NE(odd.error().detail.find("'index.handler'"), std::string::npos);

    const auto none = runtime_api_of(read_lambda_environment({}));
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().detail.find("AWS_LAMBDA_RUNTIME_API is not set"), std::string::npos);
    EXPECT_FALSE(runtime_api_of(read_lambda_environment({"AWS_LAMBDA_RUNTIME_API=nowhere"})));
}

}  // namespace
}  // namespace aside::cli
