// `aside_lab_tool origin`: the origin of trials by hand, until it is interrupted.
#include <array>
#include <cstdio>
#include <limits>

#include "lab/arguments.h"
#include "lab/control_thread.h"
#include "lab/origin/origin_server.h"
#include "lab/tool_commands.h"
#include "runtime/os/process.h"

namespace aside::lab {

namespace {

constexpr std::string_view kNames[] = {"items", "references", "objects", "seed",
                                       "port",  "median-ms",  "p99-ms",  "limit"};

struct Settings {
    DatasetOptions data;
    origin::FaultPlan plan;
    std::uint16_t port = 0;
};

// Errors: bad_input.
class Numbers {
  public:
    explicit Numbers(const Arguments& arguments) : arguments_(arguments) {}

    std::uint64_t take(std::string_view name, std::uint64_t otherwise, std::uint64_t most) {
        const auto number = arguments_.number(name, otherwise);
        if (number && *number <= most) return *number;
        problem_ = number ? fail(Errc::bad_input,
                                 "--" + std::string(name) + " is at most " + std::to_string(most))
                          : fail(number.error());
        return otherwise;
    }
    std::uint32_t take_count(std::string_view name, std::uint32_t otherwise) {
        constexpr std::uint32_t kMost = 10'000'000;
        return static_cast<std::uint32_t>(take(name, otherwise, kMost));
    }
    Duration take_ms(std::string_view name) {
        constexpr std::uint64_t kMost = 3'600'000;
        return std::chrono::milliseconds(take(name, 0, kMost));
    }
    const Result<void>& problem() const { return problem_; }

  private:
    const Arguments& arguments_;
    Result<void> problem_;
};

Result<Settings> settings_of(const Arguments& arguments) {
    Numbers numbers(arguments);
    Settings settings;
    DatasetOptions& data = settings.data;
    data.items = numbers.take_count("items", data.items);
    data.references = numbers.take_count("references", data.references);
    data.objects = numbers.take_count("objects", data.objects);
    data.seed = numbers.take("seed", data.seed, std::numeric_limits<std::uint64_t>::max());
    settings.port = static_cast<std::uint16_t>(
        numbers.take("port", 0, std::numeric_limits<std::uint16_t>::max()));
    origin::FaultPlan& plan = settings.plan;
    plan.latency_median = numbers.take_ms("median-ms");
    plan.latency_p99 = numbers.take_ms("p99-ms");
    plan.most_in_progress = numbers.take_count("limit", 0);
    if (!numbers.problem()) return fail(numbers.problem().error());
    return settings;
}

// What was asked within the last second, unless that was nothing.
void print_second(OriginServer& server) {
    std::array<unsigned, kLoadEnds> ends{};  // by LoadEnd
    const auto loads = server.take_log();
    for (const OriginLoad& load : loads) ++ends[static_cast<std::size_t>(load.end)];
    if (loads.empty()) return;
    std::printf("found %u  not modified %u  absent %u  throttled %u  failed %u  abandoned %u\n",
                ends[0], ends[1], ends[2], ends[3], ends[4], ends[5]);
    std::fflush(stdout);
}

runtime::Task<> print_seconds(runtime::Worker& worker, OriginServer& server, const bool& ended) {
    while (!ended) {
        co_await runtime::sleep_for(worker, std::chrono::seconds(1));
        print_second(server);
    }
}

Result<void> serve(const Settings& settings) {
    runtime::StopSignals signals;
    const auto raised = runtime::raise_descriptor_limit();
    if (!raised) return fail(raised.error());
    Dataset data(settings.data);
    auto server = OriginServer::start(data, settings.plan, settings.port);
    if (!server) return fail(std::move(server.error()));
    auto control = ControlThread::start();
    if (!control) return fail(std::move(control.error()));
    std::printf("--index '%s'\n--objects '%s'\n", (*server)->index_url().c_str(),
                (*server)->objects_url().c_str());
    std::fflush(stdout);
    bool ended = false;
    (*control)->on_worker([&] {
        auto& worker = (*control)->worker();
        worker.spawn(print_seconds(worker, **server, ended));
    });
    signals.wait();
    (*control)->on_worker([&] { ended = true; });
    control->reset();
    return {};
}

}  // namespace

int origin_command(const ToolSession&, std::span<const std::string> words) {
    const auto arguments = Arguments::parse(words, kNames, {});
    if (!arguments) return tool_failed(arguments.error());
    const auto settings = settings_of(*arguments);
    if (!settings) return tool_failed(settings.error());
    const auto served = serve(*settings);
    return served ? kToolOk : tool_failed(served.error());
}

}  // namespace aside::lab
