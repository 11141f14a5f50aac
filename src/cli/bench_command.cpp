// aside bench: loads an HTTP server by a schedule and tells what it did.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/bench_flags.h"
#include "cli/bench_report.h"
#include "cli/bench_run.h"
#include "cli/output_file.h"
#include "cli/session.h"
#include "runtime/os/event_loop.h"
#include "runtime/os/process.h"
#include "runtime/os/terminal.h"

namespace aside::cli {
namespace {

namespace load = lab::load;

constexpr Duration kLook = std::chrono::milliseconds(20);  // at the signals, and whether it ended
constexpr Duration kBetweenDraws = std::chrono::seconds(1);
// After Ctrl-C, for what is under way. The next Ctrl-C does not wait.
constexpr Duration kPatienceWhenStopped = std::chrono::seconds(1);

// One line on a terminal, in place of the one before.
class ProgressLine {
  public:
    ProgressLine(BenchRun& run, bool wanted)
        : run_(run), wanted_(wanted), began_(runtime::EventLoop::now()), drawn_at_(began_) {}
    ~ProgressLine() {
        if (wanted_) std::fputs("\r\x1b[K", stderr);
    }
    ProgressLine(const ProgressLine&) = delete;

    void draw_when_due() {
        const SteadyTime now = runtime::EventLoop::now();
        if (!wanted_ || now - drawn_at_ < kBetweenDraws) return;
        std::string line = bench_progress(run_.recent(), now - drawn_at_, now - began_);
        drawn_at_ = now;
        // A line that is broken cannot be drawn over. (A µ is two bytes: a little less is shown.)
        line.resize(std::min<std::size_t>(line.size(), runtime::terminal_width() - 1));
        std::fputs(("\r" + line + "\x1b[K").c_str(), stderr);
    }

  private:
    BenchRun& run_;
    const bool wanted_;
    const SteadyTime began_;
    SteadyTime drawn_at_;
};

void watch(BenchRun& run, runtime::StopSignals& signals, bool quiet) {
    ProgressLine progress(run, !quiet && runtime::stderr_is_terminal());
    SteadyTime give_up = kNever;
    while (!run.ended()) {
        if (signals.wait_for(kLook) != 0) {
            const SteadyTime now = runtime::EventLoop::now();
            give_up = give_up == kNever ? now + kPatienceWhenStopped : now;
            run.stop();
        }
        if (runtime::EventLoop::now() >= give_up) {
            run.abandon();
            give_up = kNever;
        }
        progress.draw_when_due();
    }
}

Result<void> report(const BenchOptions& options, const load::LoadRecord& record,
                    const std::vector<BenchVerdict>& verdicts, runtime::Files& files) {
    if (options.json != "-" && options.html != "-") print(bench_summary(record, verdicts));
    Result<void> written;
    if (!options.json.empty())
        written = write_output(files, options.json, bench_json(record, verdicts));
    if (written && !options.html.empty())
        written = write_output(files, options.html, bench_html(record, verdicts));
    return written;
}

// Sockets, and what else a process has open.
Result<void> make_room(const BenchOptions& options) {
    constexpr std::uint64_t kOthers = 64;
    const auto limit = runtime::raise_descriptor_limit();
    if (!limit) return fail(limit.error());
    if (*limit >= options.connections + kOthers) return {};
    return fail(Errc::bad_input, fmt::format("--connections: this process may have {} descriptors "
                                             "(ulimit -Hn), too few for {} connections",
                                             *limit, options.connections));
}

int run(const BenchOptions& options, const Session& session) {
    const auto plan = plan_bench(options, *session.files);
    if (!plan) return failed(plan.error());
    if (const auto room = make_room(options); !room) return failed(room.error());
    runtime::StopSignals signals;  // before any thread
    const auto bench = BenchRun::create(*plan);
    if (!bench) return failed(bench.error());
    (*bench)->start();
    watch(**bench, signals, options.quiet);
    const load::LoadRecord record = (*bench)->finish();
    const auto verdicts = judge(*plan, record);
    const auto told = report(options, record, verdicts, *session.files);
    if (!told) return failed(told.error());
    // Nothing is proven by a target that never answered.
    const bool answered = !record.statuses.empty();
    return answered && all_held(verdicts) ? kOk : kFailed;
}

}  // namespace

void add_bench(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "bench", "Load an HTTP server by a schedule, and tell its latency and errors");
    const auto options = std::make_shared<BenchOptions>();
    add_bench_flags(*command, *options);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
