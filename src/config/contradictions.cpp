#include "config/problems.h"
#include "config/value_text.h"

namespace aside::config {

namespace {

// Each left side may be at most its right side.
struct Order {
    std::string_view smaller;
    std::string_view larger;
    std::string_view why;
};
constexpr Order kOrders[] = {
    {"l1.stale_while_revalidate", "l1.stale_if_error",
     "both count from the end of the fresh time, and what may be answered while the origin works "
     "may be answered when it fails"},
    {"index.stale", "index.stale_if_error",
     "both count from the end of the fresh time, and what may be answered while the origin works "
     "may be answered when it fails"},
    {"absent.versioned_fresh", "absent.fresh",
     "a versioned reference's absence is the more doubtful one"},
    {"objects.max_bytes", "response.max_bytes",
     "an object that is allowed could never be answered"},
    {"objects.max_bytes", "origin.max_bytes_in_flight",
     "an object that is allowed could never be loaded"},
    {"objects.max_bytes", "memory.lent_max", "one response's object alone would be over the bound"},
    {"origin.concurrency_min", "origin.concurrency", "the guard moves between the two"},
    {"origin.attempt_timeout_min", "origin.attempt_timeout_max", "the timeout moves between them"},
    {"origin.backoff_base", "origin.backoff_max", "the wait grows from one to the other"},
    {"redis.lease_poll_min", "redis.lease_poll_max", "the pause is drawn between the two"},
    {"redis.suspect_after", "redis.open_after", "a node is suspected before it is given up"},
    {"redis.backoff_base", "redis.backoff_max", "the wait grows from one to the other"},
    {"http.max_url_bytes", "http.max_header_bytes",
     "the request line is a part of the header section"},
};

// Where the two values came from: "a.toml:3 and --memory".
std::string places(const Config::Setting& one, const Config::Setting& other) {
    if (one.where.empty() || other.where.empty()) return one.where + other.where;
    return one.where + " and " + other.where;
}

std::string with_default(const Parameter& parameter, const Config::Setting& setting) {
    std::string text(parameter.name);
    text.append(" (").append(format_value(parameter, setting.value));
    return text.append(setting.source == Source::fallback ? ", the default)" : ")");
}

}  // namespace

void check_contradictions(const Config& config, Problems& problems) {
    for (const Order& order : kOrders) {
        const Parameter& smaller = *find_parameter(order.smaller);
        const Parameter& larger = *find_parameter(order.larger);
        const auto& low = config.setting(smaller);
        const auto& high = config.setting(larger);
        if (low.value <= high.value) continue;
        problems.add(places(low, high), with_default(smaller, low) + " is more than " +
                                            with_default(larger, high) + ": " +
                                            std::string(order.why));
    }
    if (config.get(parameter::memory_absent_capacity) >
        config.get(parameter::memory_capacity) / 2) {
        const Parameter& absent = *find_parameter("memory.absent_capacity");
        const Parameter& all = *find_parameter("memory.capacity");
        const auto& part = config.setting(absent);
        const auto& whole = config.setting(all);
        problems.add(places(part, whole),
                     with_default(absent, part) + " is more than half of " +
                         with_default(all, whole) +
                         ": keys that do not exist would have more room than values");
    }
    const auto& listen = config.get(parameter::http_listen);
    if (listen == config.get(parameter::admin_listen) && !listen.ends_with(":0")) {
        problems.add(places(config.setting(*find_parameter("http.listen")),
                            config.setting(*find_parameter("admin.listen"))),
                     "http.listen and admin.listen are the same address");
    }
}

}  // namespace aside::config
