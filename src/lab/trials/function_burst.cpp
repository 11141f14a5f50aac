#include "lab/trials/function_burst.h"

#include <cstdlib>

namespace aside::lab::trials {

namespace {

constexpr std::uint32_t kStride = 7919;  // a prime: neighbours ask for items far apart
constexpr unsigned kOk = 200;

std::vector<std::uint32_t> items_of(const Trial& trial, unsigned events) {
    std::vector<std::uint32_t> items;
    for (unsigned event = 0; event < events; ++event)
        items.push_back((event + 1) * kStride % trial.workload().data.items);
    return items;
}

// None, where the function does not answer.
std::vector<ToldEnvironment> told_environments(Trial& trial) {
    const auto answer = trial.process(0).order("GET", "/environments");
    return answer ? environments_in(answer->body) : std::vector<ToldEnvironment>{};
}

double number_in(Trial& trial, unsigned node, std::string_view field) {
    return std::atof(trial.cluster().info(node, "stats", field).c_str());
}

std::uint64_t received_by_all(Trial& trial) {
    double all = 0;
    for (unsigned node = 0; node < trial.cluster().size(); ++node) {
        if (trial.cluster().server(node).running())
            all += number_in(trial, node, "total_connections_received");
    }
    return static_cast<std::uint64_t>(all);
}

}  // namespace

Result<FunctionBurst> burst(Trial& trial, unsigned events, Duration limit) {
    ServedProcess& functions = trial.process(0);
    const std::vector<std::uint32_t> items = items_of(trial, events);
    const auto begun = functions.order("POST", "/together", item_events(items));
    if (!begun) return fail(begun.error());
    std::string reports;
    const auto ended = trial.control().await(limit, "all invocations to end", [&] {
        const auto answer = functions.order("GET", "/together");
        if (!answer || answer->head.status != kOk) return false;
        reports = answer->body;
        return true;
    });
    if (!ended) return fail(ended.error());
    return judge_reports(trial.data(), items, reports);
}

Result<void> provision(Trial& trial, unsigned environments, Duration limit) {
    ServedProcess& functions = trial.process(0);
    // Its answer comes when they are idle, which may be after the call's own limit.
    (void)functions.order("POST", "/provision/" + std::to_string(environments));
    return trial.control().await(limit, "environments to be idle", [&] {
        const auto answer = functions.order("POST", "/provision/" + std::to_string(environments));
        return answer.has_value();
    });
}

Result<void> retire_all(Trial& trial) {
    const auto done = trial.process(0).order("POST", "/retire");
    if (!done) return fail(done.error());
    return {};
}

std::uint64_t processes_started(Trial& trial) {
    std::uint64_t all = 0;
    for (const ToldEnvironment& one : told_environments(trial)) all += one.starts;
    return all;
}

unsigned asked_again(Trial& trial) {
    unsigned again = 0;
    for (const ToldEnvironment& one : told_environments(trial))
        again += one.invocations > 1 && !one.retired;
    return again;
}

std::uint64_t connections_received(Trial& trial) {
    // What asking costs shows by asking twice.
    const std::uint64_t first = received_by_all(trial);
    const std::uint64_t second = received_by_all(trial);
    const std::uint64_t cost = second - first;
    return first > cost ? first - cost : 0;
}

}  // namespace aside::lab::trials
