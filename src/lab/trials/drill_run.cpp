#include "lab/trials/drill_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "lab/leftovers.h"
#include "lab/shell_command.h"
#include "lab/trials/clearing_away.h"
#include "lab/trials/highest_rate.h"
#include "lab/trials/runner.h"
#include "runtime/os/cores.h"
#include "runtime/os/files.h"
#include "runtime/os/process.h"

namespace aside::lab::trials {

namespace {

constexpr Duration kLookLimit = std::chrono::seconds(5);
constexpr std::uint64_t kVersionBytes = 4096;
constexpr std::string_view kServers[] = {"redis-server", "valkey-server"};

Result<std::string> server_program(const std::string& named) {
    std::vector<std::string> candidates(std::begin(kServers), std::end(kServers));
    if (!named.empty()) candidates = {named};
    for (const std::string& program : candidates) {
        if (run_program({program, "--version"}, kLookLimit)) return program;
    }
    return fail(Errc::not_found,
                "no server to drill: " + fmt::format("{}", fmt::join(candidates, ", ")) +
                    " cannot be run; --server names one");
}

// As it says itself: "Redis server v=7.0.15 sha=…".
std::string version_of(const std::string& program) {
    const std::string file = lab_directory(0) + "-version";
    (void)run_program({program, "--version"}, kLookLimit, file);
    runtime::OsFiles files;
    const std::string text = files.read_file(file, kVersionBytes).value_or(program);
    (void)run_program({"rm", "-f", file}, kLookLimit);
    return text.substr(0, text.find(" sha="));
}

class DrillRun {
  public:
    DrillRun(const DrillRunOptions& options, std::string server)
        : options_(options),
          workload_(options.workload),
          bench_{.program = "/proc/self/exe",
                 .server_program = std::move(server),
                 .article_script = options.article_script,
                 .quick = options.quick,
                 .stretch = options.stretch} {}

    Result<DrillRunOutcome> run() {
        remove_leftovers();
        (void)runtime::raise_descriptor_limit();
        auto control = ControlThread::start();
        if (!control) return fail(std::move(control.error()));
        if (options_.private_network) {
            auto network = PrivateNetwork::make();
            if (!network) return fail(std::move(network.error()));
            network_ = std::move(*network);
        }
        auto found = find_rate(**control);
        if (!found) return fail(std::move(found.error()));
        auto runner = Runner::make(**control, runner_options());
        if (!runner) return fail(std::move(runner.error()));
        options_.print(table_heading());
        for (const TrialDrill* drill : options_.drills) {
            results_.push_back((*runner)->run(*drill, network_.get()));
            options_.print(table_lines(results_.back()));
        }
        return outcome();
    }

  private:
    Result<void> find_rate(ControlThread& control) {
        if (options_.quick || options_.rate_given) return {};
        double lowest = 0;
        for (const Design design : options_.designs) {
            progress(fmt::format("the highest steady rate of {}", name_of(design)));
            auto rate = highest_rate(control, bench_, design, workload_);
            if (!rate) return fail(rate.error());
            highest_.emplace_back(name_of(design), fmt::format("{:.0f}", *rate));
            lowest = lowest == 0 ? *rate : std::min(lowest, *rate);
        }
        workload_.per_second = lowest / 2;
        per_second_at_once_ = workload_.per_second;
        const bool at_once = options_.designs.size() > 1 && !options_.in_turn;
        return at_once ? find_rate_at_once() : Result<void>{};
    }

    Result<void> find_rate_at_once() {
        progress("the highest steady rate of all side by side");
        const auto rate = highest_rate_at_once(bench_, options_.designs, workload_);
        if (!rate) return fail(rate.error());
        highest_.emplace_back("all side by side", fmt::format("{:.0f}", *rate));
        per_second_at_once_ = *rate / 2;
        return {};
    }

    RunnerOptions runner_options() {
        return {.bench = bench_,
                .workload = workload_,
                .designs = options_.designs,
                .best_of = options_.quick ? 1 : options_.best_of,
                .in_turn = options_.in_turn,
                .per_second_at_once = per_second_at_once_,
                .highest_per_second = per_second_at_once_ > 0 ? 2 * workload_.per_second : 0,
                .progress = options_.progress};
    }

    void progress(const std::string& what) const {
        if (options_.progress) options_.progress(what);
    }

    DrillRunOutcome outcome() {
        ReportFacts facts{.environment = {{"server", version_of(bench_.server_program)},
                                          {"cores", std::to_string(runtime::usable_cores())},
                                          {"form", options_.quick ? "quick" : "long"}},
                          .quick = options_.quick};
        for (const auto& [design, rate] : highest_)
            facts.environment.emplace_back("highest rate of " + design, rate);
        if (per_second_at_once_ > 0) {
            facts.environment.emplace_back("rate of designs side by side",
                                           fmt::format("{:.0f}", per_second_at_once_));
        }
        const auto flags = describe(workload_);
        facts.environment.insert(facts.environment.end(), flags.begin(), flags.end());
        const bool good = std::ranges::all_of(results_, [this](const DrillResult& result) {
            if (result.verdict == Verdict::pass) return true;
            return result.verdict == Verdict::not_run &&
                   std::ranges::find(options_.may_not_run, result.drill->name) !=
                       options_.may_not_run.end();
        });
        return {.exit_code = good ? 0 : 1,
                .elsewhere = false,
                .json = to_json(results_, facts),
                .html = to_html(results_, facts),
                .plots = to_plots(results_)};
    }

    const DrillRunOptions& options_;
    Workload workload_;
    TrialBench bench_;
    std::unique_ptr<PrivateNetwork> network_;
    std::vector<std::pair<std::string, std::string>> highest_;
    double per_second_at_once_ = 0;
    std::vector<DrillResult> results_;
};

// The same command in a process of its own, with namespaces where a drill wants a network: nothing
// is left of it, however it ends.
Result<DrillRunOutcome> run_inside(const DrillRunOptions& options) {
    std::vector<std::string> words;
    if (std::ranges::any_of(options.drills,
                            [](const auto* drill) { return drill->cluster.private_network; }))
        words = PrivateNetwork::entrance();
    const bool network = !words.empty();
    words.insert(words.end(), options.command_line.begin(), options.command_line.end());
    words.emplace_back("--inside");
    if (network) words.emplace_back("--private-network");
    const auto code = run_and_clear_away(std::move(words));
    if (!code) return fail(code.error());
    return DrillRunOutcome{
        .exit_code = *code, .elsewhere = true, .json = {}, .html = {}, .plots = {}};
}

}  // namespace

Result<DrillRunOutcome> run_drills(const DrillRunOptions& options) {
    auto server = server_program(options.server_program);
    if (!server) return fail(std::move(server.error()));
    if (!options.inside) return run_inside(options);
    return DrillRun(options, std::move(*server)).run();
}

}  // namespace aside::lab::trials
