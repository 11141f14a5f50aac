#include "cli/bench_flags.h"

#include <CLI/CLI.hpp>

namespace aside::cli {
namespace {

// Options under a heading of the help.
class Headed {
  public:
    Headed(CLI::App& command, std::string heading)
        : command_(command), heading_(std::move(heading)) {}
    template <class Value>
    CLI::Option* add_option(std::string name, Value& value, std::string what) {
        return command_.add_option(std::move(name), value, std::move(what))->group(heading_);
    }
    CLI::Option* add_flag(std::string name, bool& value, std::string what) {
        return command_.add_flag(std::move(name), value, std::move(what))->group(heading_);
    }

  private:
    CLI::App& command_;
    const std::string heading_;
};

// What excludes what is said when it is broken; before that it hides what matters.
class ShortHelp final : public CLI::Formatter {
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_type_size() == 0) return {};
        const std::string type = option->get_type_name();
        std::string text = " " + type.substr(0, type.find(':'));
        if (!option->get_default_str().empty()) text += " (" + option->get_default_str() + ")";
        return text;
    }
};

void add_schedule(CLI::App& command, BenchOptions& options) {
    Headed group(command, "When requests leave");
    group
        .add_option("--rate", options.rate,
                    "Requests a second: 1000; steps 100:10s,1000:10s; a ramp 100-5000:1m; bursts "
                    "200:19s,4000:1s")
        ->type_name("RATE")
        ->capture_default_str();
    group
        .add_option("--duration", options.duration,
                    "For how long; steps are begun again or cut off there (10s, or as the steps "
                    "say)")
        ->type_name("SPAN");
    auto* poisson = group.add_flag("--poisson", options.poisson,
                                   "Requests leave by chance (Poisson), not evenly spaced");
    group
        .add_flag("--flat-out", options.flat_out,
                  "As fast as answers come, on all connections; says nothing of latency under a "
                  "given load")
        ->excludes(poisson)
        ->excludes("--rate");
}

void add_keys(CLI::App& command, BenchOptions& options) {
    Headed group(command, "What is asked for");
    group
        .add_option("--path", options.path,
                    "The path, where no URL has one; {} is the key's number (/items/item-{})")
        ->type_name("PATH");
    group.add_option("--keys", options.keys, "How many keys there are (10000)")->type_name("N");
    auto* zipf = group
                     .add_option("--zipf", options.zipf,
                                 "Some keys are hot: Zipf's law with this exponent, such as 0.9")
                     ->check(CLI::PositiveNumber)
                     ->type_name("EXPONENT");
    auto* hotspot =
        group
            .add_option("--hotspot", options.hotspot,
                        "The first keys are hot: 100:90% is 90 % of the requests for 100 keys")
            ->type_name("HOT");
    auto* scan = group.add_flag("--scan", options.scan, "One key after the other");
    auto* trace =
        group
            .add_option("--trace", options.trace,
                        "The keys of a trace (CSV as `aside replay` reads it), in its order")
            ->type_name("FILE");
    auto* times = group
                      .add_flag("--trace-times", options.trace_times,
                                "Requests leave when the trace says, in place of a rate")
                      ->needs(trace);
    group.add_option("--trace-speed", options.trace_speed, "So many times faster")
        ->type_name("TIMES")
        ->capture_default_str()
        ->check(CLI::PositiveNumber)
        ->needs(times);
    group.add_option("--seed", options.seed, "Of everything that is drawn by chance")
        ->type_name("N")
        ->capture_default_str();
    CLI::Option* const ways[] = {zipf, hotspot, scan, trace};
    for (std::size_t i = 0; i < std::size(ways); ++i) {
        for (std::size_t j = 0; j < i; ++j) ways[i]->excludes(ways[j]);
    }
    trace->excludes("--keys");
    for (const char* schedule : {"--rate", "--duration", "--flat-out", "--poisson"})
        times->excludes(schedule);
}

void add_connections(CLI::App& command, BenchOptions& options) {
    Headed group(command, "How they leave");
    group
        .add_option("--connections", options.connections,
                    "At most so many; opened as they are needed")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    group.add_option("--pipeline", options.pipeline, "Requests under way on one connection")
        ->type_name("N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    group.add_option("--threads", options.threads, "Threads that share the load")
        ->type_name("N")
        ->check(CLI::Range(1U, kBenchThreadsMax))
        ->capture_default_str();
    group
        .add_option("--timeout", options.timeout,
                    "A request without an answer is given up so long after it was due")
        ->type_name("SPAN")
        ->capture_default_str();
    group.add_option("--connect-timeout", options.connect_timeout, "And a connection so long")
        ->type_name("SPAN")
        ->capture_default_str();
    group
        .add_option("--header", options.headers,
                    "'Name: value' in each request; may be given several times")
        ->type_name("FIELD")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    group
        .add_option("--ca", options.ca,
                    "Authorities that a server's certificate may be signed by, PEM; the "
                    "system's otherwise")
        ->type_name("FILE");
    group.add_flag("--move-when-refused", options.move_when_refused,
                   "A request whose connection is refused is made once more, of the next URL");
    group.add_flag("--resend-when-stale", options.resend_when_stale,
                   "And one that is lost on a kept connection before a byte of its answer, as "
                   "browsers do");
    group
        .add_option("--cdn", options.cdn,
                    "A CDN before the target, as a model: a key asked again within this time is "
                    "answered there")
        ->type_name("SPAN");
}

void add_checks(CLI::App& command, BenchOptions& options) {
    Headed group(command, "Which answers are right");
    group
        .add_option("--expect", options.expect,
                    "Statuses that are no error: 200,404 or 2xx (all below 400)")
        ->type_name("STATUSES");
    auto* verify = group.add_flag(
        "--verify", options.verify,
        R"(The body is the key's own: it has "id":"item-7" where the path ends in /item-7)");
    auto* contains = group
                         .add_option("--must-contain", options.must_contain,
                                     "The body has this text in it; {} is the key's number")
                         ->type_name("TEXT");
    auto* synthetic =
        group
            .add_option("--synthetic", options.synthetic,
                        "The body is, byte for byte, of `aside import --synthetic ITEMS`")
            ->type_name("ITEMS")
            ->check(CLI::PositiveNumber)
            ->excludes(verify)
            ->excludes(contains);
    verify->excludes(contains);
    group.add_option("--refs", options.synthetic_references, "…with --refs N")
        ->type_name("N")
        ->capture_default_str()
        ->needs(synthetic);
    group.add_option("--size", options.synthetic_size, "…and --size BYTES")
        ->type_name("BYTES")
        ->capture_default_str()
        ->needs(synthetic);
}

void add_results(CLI::App& command, BenchOptions& options) {
    Headed group(command, "What is told, and the exit code");
    group
        .add_option("--json", options.json,
                    "Figures and the whole histogram of each second; - is standard "
                    "output, in place of the summary")
        ->type_name("FILE");
    group.add_option("--html", options.html, "One page of plots that needs nothing else")
        ->type_name("FILE");
    group
        .add_option("--max-errors", options.max_errors,
                    "Ends with 1 when there are more: a number, or 0.1%")
        ->type_name("LIMIT");
    group
        .add_option("--max-p99", options.max_p99,
                    "Ends with 1 when the 99th percentile of latency is longer")
        ->type_name("SPAN");
    group.add_flag("--quiet", options.quiet, "No progress on the terminal");
}

constexpr const char* kFooter =
    "Latency counts from when a request was due, not from when it could be sent: a server that "
    "stalls does not hide\n"
    "its stall. Ctrl-C ends the load and tells what there was.\n\n"
    "Examples:\n"
    "  aside bench http://127.0.0.1:8080 --rate 2000 --duration 1m --zipf 0.9 --html load.html\n"
    "  aside bench http://127.0.0.1:8080 --synthetic 10000 --rate 100-5000:1m --max-errors 0\n"
    "  aside bench 'http://10.0.0.7/api/{}?v=1' --flat-out --connections 64 --duration 30s\n"
    "  aside bench http://127.0.0.1:8080 --trace day.csv.zst --trace-times --trace-speed 10 --cdn "
    "180s\n\n"
    "Ends with 0; with 1 when nothing was answered or a limit was broken; with 2 when the command "
    "line is wrong.";

}  // namespace

void add_bench_flags(CLI::App& command, BenchOptions& options) {
    command.footer(kFooter);
    command.formatter(std::make_shared<ShortHelp>());
    command
        .add_option("url", options.urls,
                    "http(s)://host:port/path, {} in the path being the key's number; several "
                    "take turns")
        ->required()
        ->type_name("URL");
    add_schedule(command, options);
    add_keys(command, options);
    add_connections(command, options);
    add_checks(command, options);
    add_results(command, options);
}

}  // namespace aside::cli
