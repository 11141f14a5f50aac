#include <CLI/CLI.hpp>

#include "cli/plan_options.h"

namespace aside::cli {

namespace {

constexpr const char* kLoad = "What is asked for";
constexpr const char* kCache = "What it is wanted for";
constexpr const char* kPlace = "Where it stands";
constexpr const char* kOutput = "What is told";
constexpr const char* kWatch = "Watching";

void add_load(CLI::App& command, PlanFlags& flags) {
    auto* trace = command
                      .add_option("--trace", flags.trace,
                                  "Requests that were made: CSV (time_ms,key,size,op,ttl_s or "
                                  "time,key,size), an access log (common or combined), S3's "
                                  "server access log, or files of read_log.directory; plain, gzip "
                                  "or zstd; - is standard input")
                      ->type_name("FILE");
    auto* from =
        command
            .add_option("--from", flags.from,
                        "The admin port of a running server, http://127.0.0.1:9090; may be given "
                        "once for each process")
            ->type_name("URL")
            ->excludes(trace);
    auto* keys = command
                     .add_option("--keys", flags.keys,
                                 "So many keys, asked for by Zipf's law; with --size and --rate")
                     ->type_name("N")
                     ->check(CLI::PositiveNumber)
                     ->excludes(trace)
                     ->excludes(from);
    command.add_option("--zipf", flags.zipf, "Zipf's exponent; 0: all keys alike")
        ->type_name("EXPONENT")
        ->check(CLI::Range(0.0, 10.0))
        ->capture_default_str();
    command
        .add_option("--size", flags.size, "Bytes of a value: 900B, 12KiB; also for a trace without")
        ->type_name("BYTES");
    command
        .add_option("--rate", flags.rate,
                    "Requests a second; of a trace with times, instead of its own")
        ->type_name("RATE")
        ->check(CLI::PositiveNumber);
    command.add_option("--references", flags.references, "Objects that a request needs at once")
        ->type_name("N")
        ->check(CLI::Range(1.0, 1000.0))
        ->capture_default_str();
    command
        .add_option("--fresh", flags.fresh,
                    "As l1.fresh: how long a value is used without question; 0: for ever")
        ->type_name("SPAN")
        ->capture_default_str();
    command
        .add_option("--stale", flags.stale, "As l1.stale_while_revalidate: and then still answered")
        ->type_name("SPAN")
        ->capture_default_str();
    command
        .add_option("--tracked", flags.tracked,
                    "Keys of a trace that the curve is made from; 0: all of them")
        ->type_name("N")
        ->capture_default_str();
    command.add_flag("--sizes-as-given", flags.sizes_as_given,
                     "A trace's sizes are what entries take, without what Redis adds");
    for (CLI::Option* option : command.get_options()) {
        if (option != command.get_help_ptr()) option->group(kLoad);
    }
    keys->needs(command.get_option("--size"))->needs(command.get_option("--rate"));
}

void add_cache(CLI::App& command, PlanFlags& flags) {
    command
        .add_option("--hit-ratio", flags.hit_ratio,
                    "The hit ratio wanted, such as 0.95; without it: the least total")
        ->type_name("RATIO")
        ->check(CLI::Range(0.0, 1.0))
        ->group(kCache);
    command.add_option("--node", flags.node, "This node type only: cache.r7g.large")
        ->type_name("TYPE")
        ->group(kCache);
    command.add_option("--engine", flags.engine, "valkey or redis")
        ->check(CLI::IsMember({"valkey", "redis"}))
        ->capture_default_str()
        ->group(kCache);
    command.add_option("--replicas", flags.replicas, "Of each shard")
        ->type_name("N")
        ->check(CLI::Range(0U, 5U))
        ->capture_default_str()
        ->group(kCache);
    command.add_option("--l1", flags.l1, "As memory.capacity: L1 of each process")
        ->type_name("BYTES")
        ->capture_default_str()
        ->group(kCache);
    command
        .add_option("--l1-max-age", flags.l1_max_age,
                    "As l1.max_age: how long L1 answers without asking L2")
        ->type_name("SPAN")
        ->capture_default_str()
        ->group(kCache);
}

void add_place(CLI::App& command, PlanFlags& flags) {
    command.add_option("--region", flags.region, "Whose prices count")
        ->type_name("REGION")
        ->capture_default_str()
        ->group(kPlace);
    command.add_option("--zones", flags.zones, "Availability zones")
        ->type_name("N")
        ->check(CLI::Range(1U, 6U))
        ->capture_default_str()
        ->group(kPlace);
    command
        .add_option("--route", flags.route, "The way to S3 and DynamoDB: gateway, interface, nat")
        ->check(CLI::IsMember({"gateway", "interface", "nat"}))
        ->capture_default_str()
        ->group(kPlace);
    command.add_option("--processes", flags.processes, "Aside processes, or function instances")
        ->type_name("N")
        ->check(CLI::Range(1U, 100'000U))
        ->capture_default_str()
        ->group(kPlace);
    command
        .add_option("--lambda-memory", flags.function_mib,
                    "MiB of the Lambda function it runs as; 0: it is none")
        ->type_name("MIB")
        ->check(CLI::Range(0.0, 10'240.0))
        ->capture_default_str()
        ->group(kPlace);
    command
        .add_option("--prices", flags.prices,
                    "A file of prices of your own; they replace those that come with Aside")
        ->type_name("FILE")
        ->group(kPlace);
    command
        .add_option("--step", flags.steps,
                    "How long a step takes, as median/p99 in ms: l1=0.05/0.2, l2=0.7/2.5, "
                    "origin=25/150, index=4/20")
        ->type_name("STEP=MS/MS")
        ->group(kPlace);
}

void add_output(CLI::App& command, PlanFlags& flags) {
    command.add_flag("--json", flags.json, "One JSON object instead of the text")->group(kOutput);
    command.add_option("--html", flags.html, "Writes the plan as one page, with its plots")
        ->type_name("FILE")
        ->group(kOutput);
    command
        .add_option("--plan-file", flags.plan_file,
                    "Writes what deploy/aws reads: node type, shards, function")
        ->type_name("FILE")
        ->group(kOutput);
    command.add_option("--check", flags.check, "article: the known bill, worked out from prices")
        ->check(CLI::IsMember({"article"}))
        ->group(kOutput);
}

void add_watch(CLI::App& command, PlanFlags& flags) {
    auto* watch = command
                      .add_flag("--watch", flags.watch,
                                "Goes on: compares what --from's servers are asked for with what "
                                "the cluster has, and tells the shards wanted as a metric")
                      ->needs("--from")
                      ->group(kWatch);
    command.add_option("--listen", flags.listen, "Where the metric is to be had: /metrics")
        ->type_name("HOST:PORT")
        ->capture_default_str()
        ->needs(watch)
        ->group(kWatch);
    command
        .add_option("--shards", flags.shards,
                    "That the cluster has, instead of those that its servers know of")
        ->type_name("N")
        ->needs(watch)
        ->group(kWatch);
    command
        .add_option("--seconds", flags.seconds,
                    "How long --from counts requests, and how often --watch looks")
        ->type_name("SPAN")
        ->capture_default_str()
        ->group(kWatch);
    command.add_option("--token-file", flags.token_file, "As admin.token_file of the servers")
        ->type_name("FILE")
        ->group(kWatch);
}

}  // namespace

void add_plan_flags(CLI::App& command, PlanFlags& flags) {
    add_load(command, flags);
    add_cache(command, flags);
    add_place(command, flags);
    add_output(command, flags);
    add_watch(command, flags);
}

}  // namespace aside::cli
