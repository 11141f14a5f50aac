#include <cstdio>

#include "lab/arguments.h"
#include "lab/local_cluster.h"
#include "lab/stampede.h"
#include "lab/tool_commands.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"seed",      "processes",   "requests", "runs",
                                       "origin-ms", "deadline-ms", "user",     "password"};

Result<StampedeOptions> options_of(const Arguments& arguments) {
    StampedeOptions options;
    auto seed = runtime::parse_endpoint(arguments.text("seed", "127.0.0.1:7000"));
    if (!seed) return fail(std::move(seed.error()));
    options.seeds.push_back(*seed);
    options.user = arguments.text("user", kClientUser);
    options.password = arguments.text("password", kClientPassword);
    auto processes = arguments.number("processes", options.processes);
    auto requests = arguments.number("requests", options.requests);
    auto runs = arguments.number("runs", options.runs);
    auto origin_ms = arguments.number("origin-ms", 200);
    auto deadline_ms = arguments.number("deadline-ms", 3000);
    for (const auto* number : {&processes, &requests, &runs, &origin_ms, &deadline_ms}) {
        if (!*number) return fail(number->error());
        if (**number == 0) return fail(Errc::bad_input, "numbers are at least 1");
    }
    options.processes = static_cast<unsigned>(*processes);
    options.requests = static_cast<unsigned>(*requests);
    options.runs = static_cast<unsigned>(*runs);
    options.origin_latency = std::chrono::milliseconds(*origin_ms);
    options.deadline = std::chrono::milliseconds(*deadline_ms);
    return options;
}

}  // namespace

int stampede_command(const ToolSession&, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, {});
    if (!arguments) return tool_failed(arguments.error());
    const auto options = options_of(*arguments);
    if (!options) return tool_failed(options.error());
    const auto report = run_stampede(*options);
    if (!report) return tool_failed(report.error());
    std::printf("%s\n", to_json(*report).c_str());
    return report->failed == 0 ? kToolOk : kToolFailed;
}

}  // namespace aside::lab
