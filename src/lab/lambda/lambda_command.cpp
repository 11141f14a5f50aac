// `aside_lab_tool lambda`: a function on the stand-in for Lambda, until it is interrupted.
#include <algorithm>
#include <cstdio>
#include <limits>

#include "lab/arguments.h"
#include "lab/lambda/function_server.h"
#include "lab/tool_commands.h"
#include "runtime/os/process.h"

namespace aside::lab {

namespace {

using lambda::Freezing;
using lambda::FunctionOptions;

constexpr std::string_view kNames[] = {"port",    "environments",  "freeze",   "memory",
                                       "handler", "timeout-ms",    "name",     "region",
                                       "output",  "init-limit-ms", "directory"};

struct Settings {
    FunctionOptions function;
    std::uint16_t port = 0;
};

Result<std::uint64_t> at_most(const Arguments& arguments, std::string_view name,
                              std::uint64_t otherwise, std::uint64_t most) {
    auto number = arguments.number(name, otherwise);
    if (!number || *number <= most) return number;
    return fail(Errc::bad_input, "--" + std::string(name) + " is at most " + std::to_string(most));
}

Result<void> read_numbers(const Arguments& arguments, Settings& into) {
    using std::chrono::milliseconds;
    constexpr std::uint64_t kMostMs = 900'000;  // Lambda's longest timeout
    constexpr std::uint64_t kMostEnvironments = 1000, kMostMemoryMb = 10'240;
    FunctionOptions& function = into.function;
    const auto port = at_most(arguments, "port", 0, std::numeric_limits<std::uint16_t>::max());
    if (!port) return fail(port.error());
    const auto environments =
        at_most(arguments, "environments", function.concurrency, kMostEnvironments);
    if (!environments) return fail(environments.error());
    const auto memory = at_most(arguments, "memory", function.memory_mb, kMostMemoryMb);
    if (!memory) return fail(memory.error());
    const auto timeout =
        at_most(arguments, "timeout-ms",
                static_cast<std::uint64_t>(function.timeout / milliseconds(1)), kMostMs);
    if (!timeout) return fail(timeout.error());
    const auto init_limit =
        at_most(arguments, "init-limit-ms",
                static_cast<std::uint64_t>(function.init_limit / milliseconds(1)), kMostMs);
    if (!init_limit) return fail(init_limit.error());
    into.port = static_cast<std::uint16_t>(*port);
    function.concurrency = static_cast<unsigned>(*environments);
    function.memory_mb = static_cast<unsigned>(*memory);
    function.timeout = milliseconds(*timeout);
    function.init_limit = milliseconds(*init_limit);
    return {};
}

Result<Freezing> freezing_of(const std::string& name) {
    if (name == "always") return Freezing::always;
    if (name == "never") return Freezing::never;
    if (name == "on_order") return Freezing::on_order;
    return fail(Errc::bad_input, "--freeze is always, never or on_order");
}

// NAME=VALUE… before "--", the command after it.
Result<Settings> settings_of(std::span<const std::string> words) {
    const auto parted = std::ranges::find(words, "--");
    const auto before = static_cast<std::size_t>(parted - words.begin());
    const auto arguments = Arguments::parse(words.first(before), kNames, {});
    if (!arguments) return fail(arguments.error());
    Settings settings;
    FunctionOptions& function = settings.function;
    const auto numbers = read_numbers(*arguments, settings);
    if (!numbers) return fail(numbers.error());
    const auto freezing = freezing_of(arguments->text("freeze", "always"));
    if (!freezing) return fail(freezing.error());
    function.freezing = *freezing;
    function.name = arguments->text("name", function.name);
    function.handler = arguments->text("handler", function.handler);
    function.region = arguments->text("region", function.region);
    function.task_root = arguments->text("directory", "");
    function.output_file = arguments->text("output", "");
    for (const std::string& word : arguments->words()) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) return fail(Errc::bad_input, "no NAME=VALUE: " + word);
        function.variables.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    if (parted != words.end()) function.command.assign(parted + 1, words.end());
    return settings;
}

Result<void> serve(Settings settings) {
    runtime::StopSignals signals;
    const auto raised = runtime::raise_descriptor_limit();
    if (!raised) return fail(raised.error());
    auto server = lambda::FunctionServer::start(std::move(settings.function));
    if (!server) return fail(std::move(server.error()));
    const auto control = (*server)->open_control(settings.port);
    if (!control) return fail(control.error());
    std::printf("invoke at http://%s\n", to_string(*control).c_str());
    std::fflush(stdout);
    signals.wait();
    return {};
}

}  // namespace

int lambda_command(const ToolSession&, std::span<const std::string> words) {
    auto settings = settings_of(words);
    if (!settings) return tool_failed(settings.error());
    const auto served = serve(std::move(*settings));
    return served ? kToolOk : tool_failed(served.error());
}

}  // namespace aside::lab
