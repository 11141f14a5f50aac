#include "cli/lambda_defaults.h"

#include <algorithm>

namespace aside::cli {

namespace {

using namespace config::parameter;

// What the process takes before it holds anything: code, stacks, connections with their buffers.
constexpr std::uint64_t kProcessBytes = 40 << 20;
// An eighth of it must hold the largest object (objects.max_bytes). Lambda's smallest function has
// more.
constexpr std::uint64_t kLeastBytes = 64 << 20;

template <config::Kind kind>
void set_default(config::Config& config, config::Key<kind> key, config::ValueOf<kind> value,
                 std::string_view where) {
    config.set(config::parameters()[key.index], {.value = std::move(value),
                                                 .source = config::Source::fallback,
                                                 .where = std::string(where)});
}

}  // namespace

config::Config lambda_defaults(const LambdaEnvironment& environment) {
    config::Config config;
    set_default(config, workers, std::int64_t{1}, "Lambda");
    set_default(config, redis_dialling, std::string("lazy"), "Lambda");
    set_default(config, log_format, std::string("json"), "Lambda");
    set_default(config, curve_keys, std::int64_t{0}, "Lambda");  // nobody could ask for it
    if (environment.memory_bytes == 0) return config;
    // Loads, answers on their way and fills may be in memory beside what is kept, and a ninth stays
    // free: Lambda ends a process that takes more than all.
    constexpr std::string_view kWhere = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
    const std::uint64_t all = environment.memory_bytes;
    const std::uint64_t bytes = std::max(all - std::min(all, kProcessBytes), kLeastBytes);
    set_default(config, memory_capacity, bytes / 2, kWhere);
    set_default(config, memory_lent_max, bytes / 8, kWhere);
    set_default(config, origin_max_bytes_in_flight, bytes / 8, kWhere);
    set_default(config, redis_fill_queue_bytes, bytes / 32, kWhere);
    const std::uint64_t absent = std::min(config.get(memory_absent_capacity), bytes / 16);
    set_default(config, memory_absent_capacity, absent, kWhere);
    return config;
}

}  // namespace aside::cli
