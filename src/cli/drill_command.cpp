// aside drill: faults on purpose, and a verdict for each.
#include <cstdio>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/output_file.h"
#include "cli/session.h"
#include "config/value_text.h"
#include "lab/trials/drill_run.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

using lab::trials::DrillRunOptions;

constexpr const char* kFooter =
    "Exit codes: 0 every verdict is a pass (or a drill of --may-not-run was not run), 1 another "
    "verdict, 2 the command line is wrong.\n"
    "Everything runs on loopback, on free ports, and ends with the command: a Redis (or Valkey) "
    "cluster, an origin, the processes, the load. No other cluster is touched.";

int list_drills() {
    std::string text;
    for (const lab::trials::TrialDrill& drill : lab::trials::all_drills())
        text += fmt::format("{:<22} {}\n", drill.name, drill.fault);
    return print(text) ? kOk : kFailed;
}

struct SpanFlag {
    const char* name;
    Duration lab::trials::Workload::* member;
    const char* help;
};
constexpr SpanFlag kSpans[] = {
    {"--index-fresh", &lab::trials::Workload::index_fresh, "Fresh time of an item's references"},
    {"--objects-fresh", &lab::trials::Workload::objects_fresh, "Fresh time of objects"},
    {"--stale", &lab::trials::Workload::stale, "How long they may be used after that"},
    {"--origin-median", &lab::trials::Workload::origin_median, "Half of the loads take longer"},
    {"--origin-p99", &lab::trials::Workload::origin_p99, "One load in a hundred takes longer"},
    {"--deadline", &lab::trials::Workload::deadline, "Of a request"},
};

// Flags that were given, over what the form (quick or long) begins with.
struct WorkloadFlags {
    std::optional<std::uint32_t> items, references, objects, origin_limit;
    std::optional<unsigned> processes, connections;
    std::optional<double> zipf, rate, l1_share;
    std::map<std::string, std::string> spans;
    std::uint64_t seed = 1;
};

struct Flags {
    std::vector<std::string> names;
    bool list = false, json = false;
    std::string html_file, json_file, plots_directory;
    std::vector<std::string> designs;
    WorkloadFlags workload;
    DrillRunOptions run;
};

void add_workload(CLI::App& command, WorkloadFlags& flags) {
    CLI::Option_group& group =
        *command.add_option_group("workload", "What is served, and how much is asked for");
    group.add_option("--items", flags.items, "Items; each names --refs objects");
    group.add_option("--refs", flags.references, "References of an item");
    group.add_option("--objects", flags.objects, "Objects");
    group.add_option("--zipf", flags.zipf, "Exponent of how items are asked for");
    group.add_option("--rate", flags.rate,
                     "Items asked for in a second; in the long form, if not given, half of the "
                     "highest rate that every design serves");
    group.add_option("--processes", flags.processes, "Processes of each design");
    group.add_option("--l1-share", flags.l1_share, "L1 of a process, of the objects' bytes");
    group.add_option("--origin-limit", flags.origin_limit,
                     "Loads the origin takes at once; the next one gets 503");
    group.add_option("--connections", flags.connections, "Of the load, at most");
    for (const SpanFlag& span : kSpans) {
        group.add_option(span.name, flags.spans[span.name], span.help)->type_name("DURATION");
    }
    group.add_option("--seed", flags.seed, "Of data, load and faults")->capture_default_str();
}

template <class To, class From>
void take(To& to, const std::optional<From>& from) {
    if (from) to = *from;
}

Result<lab::trials::Workload> workload_of(const WorkloadFlags& flags, bool quick) {
    lab::trials::Workload workload =
        quick ? lab::trials::quick_workload() : lab::trials::Workload{};
    take(workload.data.items, flags.items);
    take(workload.data.references, flags.references);
    take(workload.data.objects, flags.objects);
    take(workload.origin_limit, flags.origin_limit);
    take(workload.processes, flags.processes);
    take(workload.connections, flags.connections);
    take(workload.zipf, flags.zipf);
    take(workload.per_second, flags.rate);
    take(workload.l1_share, flags.l1_share);
    workload.seed = workload.data.seed = flags.seed;
    for (const SpanFlag& span : kSpans) {
        const std::string& text = flags.spans.at(span.name);
        if (text.empty()) continue;
        const auto parsed = config::parse_duration(text);
        if (!parsed)
            return fail(Errc::bad_input, std::string(span.name) + ": " + parsed.error().detail);
        workload.*span.member = *parsed;
    }
    auto sound = lab::trials::check(workload);
    if (!sound) return fail(std::move(sound.error()));
    return workload;
}

// What is being done now, for who watches: one line that is written over.
std::function<void(const std::string&)> progress_line() {
    if (!runtime::error_is_terminal()) return {};
    return [](const std::string& what) {
        std::fprintf(stderr, "\r\x1b[K%s …", shown(what).c_str());
        std::fflush(stderr);
    };
}
void erase_progress() {
    if (runtime::error_is_terminal()) std::fputs("\r\x1b[K", stderr);
}

// Told before hours have passed: where a report cannot be written.
Result<void> check_places(const Flags& flags, runtime::Files& files) {
    for (const std::string& file : {flags.html_file, flags.json_file}) {
        if (file.empty() || file == "-") continue;
        const auto slash = file.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
        auto opened = files.open_directory(folder, false);
        if (!opened) return fail(opened.error().code, file + ": " + opened.error().detail);
    }
    if (flags.plots_directory.empty()) return {};
    auto made = files.open_directory(flags.plots_directory, true);
    if (!made) return fail(made.error().code, flags.plots_directory + ": " + made.error().detail);
    return {};
}

// The reports that were asked for as files.
Result<void> write_reports(const Flags& flags, const lab::trials::DrillRunOutcome& outcome,
                           runtime::Files& files) {
    std::vector<std::pair<std::string, std::string_view>> reports = {
        {flags.html_file, outcome.html}, {flags.json_file, outcome.json}};
    if (!flags.plots_directory.empty()) {
        for (const lab::trials::Plot& plot : outcome.plots)
            reports.emplace_back(flags.plots_directory + "/" + plot.name + ".svg", plot.svg);
    }
    for (const auto& [file, text] : reports) {
        if (file.empty()) continue;
        auto written = write_output(files, file, text);
        if (!written) return written;
    }
    return {};
}

int run(Flags& flags, const Session& session) {
    if (flags.list) return list_drills();
    if (flags.names.empty()) {
        return refused({Errc::bad_input,
                        "name drills, or all of them: aside drill all "
                        "(--list tells which there are)",
                        0});
    }
    auto drills = lab::trials::drills_named(flags.names);
    if (!drills) return refused(drills.error());
    flags.run.drills = std::move(*drills);
    auto workload = workload_of(flags.workload, flags.run.quick);
    if (!workload) return refused(workload.error());
    flags.run.workload = *workload;
    flags.run.rate_given = flags.workload.rate.has_value();
    if (!flags.designs.empty()) flags.run.designs.clear();
    for (const std::string& name : flags.designs) {
        const auto design = lab::trials::design_named(name);
        if (!design) return refused({Errc::bad_input, "no design is called " + name, 0});
        if (design == lab::trials::Design::ioredis && flags.run.article_script.empty())
            return refused({Errc::bad_input, "the design ioredis needs --article-script", 0});
        flags.run.designs.push_back(*design);
    }
    if (auto sound = check_places(flags, *session.files); !sound) return failed(sound.error());
    flags.run.print = flags.json ? [](const std::string&) {} : [](const std::string& line) {
        erase_progress();
        (void)print(line + "\n");
    };
    flags.run.progress = progress_line();
    auto outcome = lab::trials::run_drills(flags.run);
    if (!outcome) return failed(outcome.error());
    erase_progress();
    if (outcome->elsewhere) return outcome->exit_code;
    if (flags.json && !print(outcome->json)) return kFailed;
    const auto written = write_reports(flags, *outcome, *session.files);
    if (!written) return failed(written.error());
    return outcome->exit_code;
}

}  // namespace

void add_drill(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "drill", "Break things on purpose beneath a load, and give a verdict for each");
    const auto flags = std::make_shared<Flags>();
    command->footer(kFooter);
    command->add_option("drills", flags->names, "Names, beginnings of names, or all")
        ->type_name("NAME");
    command->add_flag("--list", flags->list, "Tell which drills there are");
    command->add_flag("--quick", flags->run.quick,
                      "Seconds each, on little data; aside is judged by counts alone");
    command->add_flag("--json", flags->json, "The report as JSON, in place of the table");
    command->add_option("--json-file", flags->json_file, "Write the report as JSON")
        ->type_name("FILE");
    command->add_option("--html", flags->html_file, "Write the report as a page")
        ->type_name("FILE");
    command
        ->add_option("--plots", flags->plots_directory,
                     "Write each plot of the page as an SVG file into this directory")
        ->type_name("DIRECTORY");
    command->add_option("--designs", flags->designs, "Of aside, article, ioredis; all at once: a,b")
        ->delimiter(',')
        ->type_name("NAMES");
    command->add_option("--stretch", flags->run.stretch, "Lengthens the phases of each drill")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--best-of", flags->run.best_of,
                     "Runs of a drill whose latency is judged, of which the best counts")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_flag("--in-turn", flags->run.in_turn,
                      "One design after the other in every drill, not only where latencies are "
                      "judged");
    command->add_option("--server", flags->run.server_program,
                        "The server program; redis-server, or valkey-server if that is not there");
    command->add_option("--article-script", flags->run.article_script,
                        "bench/peers/article.mjs, for the design ioredis");
    command
        ->add_option("--may-not-run", flags->run.may_not_run,
                     "Drills that this machine cannot run: their absence is no failure")
        ->delimiter(',');
    command->add_flag("--inside", flags->run.inside)->group("");
    command->add_flag("--private-network", flags->run.private_network)->group("");
    add_workload(*command, flags->workload);
    command->callback([&session, flags] {
        flags->run.command_line = session.command_line;
        session.run = [&session, flags] { return run(*flags, session); };
    });
}

}  // namespace aside::cli
