// aside replay: the miss ratio of the memory tier on a trace of requests.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/parameter_flags.h"
#include "cli/replay_run.h"
#include "config/value_text.h"

namespace aside::cli {

namespace {

struct Options {
    std::string trace;
    std::uint64_t entries = 0;
    std::string bytes;
    unsigned shards = 0;
    std::uint64_t seed = 1;
    bool json = false;
};

std::string as_text(const ReplayResult& result) {
    return fmt::format(
        "requests         {}\nhits             {}\nmiss ratio       {:.4f}\nbyte miss ratio  "
        "{:.4f}\n"
        "entries          {}\nevictions        {}\nnot admitted     {}\nshards           {}\n",
        result.requests, result.hits, result.miss_ratio(), result.byte_miss_ratio(),
        result.store.entries, result.store.evictions, result.store.not_admitted,
        result.store.shards);
}

std::string as_json(const ReplayResult& result) {
    return fmt::format(R"({{"requests":{},"hits":{},"miss_ratio":{:.6f},"byte_miss_ratio":{:.6f},)"
                       R"("entries":{},"evictions":{},"not_admitted":{},"shards":{}}})"
                       "\n",
                       result.requests, result.hits, result.miss_ratio(), result.byte_miss_ratio(),
                       result.store.entries, result.store.evictions, result.store.not_admitted,
                       result.store.shards);
}

int run(const Options& options, const Session& session) {
    memory::StoreOptions store{
        .capacity_entries = options.entries, .shards = options.shards, .seed = options.seed};
    if (!options.bytes.empty()) {
        const auto bytes = config::parse_bytes(options.bytes);
        if (!bytes) return refused({Errc::bad_input, "--bytes: " + bytes.error().detail, 0});
        store.capacity_bytes = *bytes;
    }
    if (store.capacity_bytes == 0 && store.capacity_entries == 0) {
        return refused({Errc::bad_input, "a capacity of 0 keeps nothing", 0});
    }
    auto source = session.files->open_source(options.trace);
    if (!source) return failed(source.error());
    const auto reader = traces::open_trace(std::move(*source));
    if (!reader) return failed(reader.error());
    const auto result = replay(**reader, store);
    if (!result) return failed(result.error());
    return print(options.json ? as_json(*result) : as_text(*result)) ? kOk : kFailed;
}

}  // namespace

void add_replay(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "replay", "Run a trace of requests through the memory tier and print its miss ratio");
    const auto options = std::make_shared<Options>();
    command
        ->add_option("trace", options->trace,
                     "CSV (time_ms,key,size,op,ttl_s or time,key,size), or an access log (common, "
                     "combined, S3's); plain, gzip or zstd; - is standard input")
        ->required()
        ->type_name("TRACE");
    auto* capacity =
        command->add_option_group("capacity", "How much the tier may hold")->require_option(1);
    capacity->add_option("--entries", options->entries, "Values, each counted as 1");
    capacity->add_option("--bytes", options->bytes, "Bytes with all overhead, such as 512MiB");
    command->add_option("--shards", options->shards,
                        "Shards of the tier, a power of two up to 64; 0 chooses as serve does");
    command->add_option("--seed", options->seed, "Of key hashes and the policy's choices")
        ->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object instead of a table");
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
