// aside import: fills stores from a data set, or with one that is made up.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/import_run.h"
#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "runtime/os/event_loop.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

struct Options {
    ParameterFlags parameters;
    ImportOptions import;
};

// In place of the line before: back to its beginning, and what is left of it erased.
void draw_line(std::string_view line) {
    std::fputs(fmt::format("\r{}\x1b[K", line).c_str(), stderr);
}

// In its own block: what is left of the stores' work ends before the threads do.
Result<ImportSummary> import_into(const StoreUrls& urls, const ImportOptions& import,
                                  const config::Config& config, const Session& session,
                                  Ground* network) {
    auto stores = open_imports(urls, *session.files, network, upload_limits(config));
    if (!stores) return fail(std::move(stores.error()));
    ImportWatch watch{.now = &runtime::EventLoop::now, .draw = {}};
    if (runtime::error_is_terminal()) watch.draw = draw_line;
    return run_import(import, std::move(*stores), *session.files, watch);
}

Result<ImportSummary> import(const ImportOptions& options, const config::Config& config,
                             const Session& session) {
    const auto urls = parse_store_urls(config.get(index_url), config.get(objects_url));
    if (!urls) return fail(urls.error());
    if (!urls->need_aws()) return import_into(*urls, options, config, session, nullptr);
    const auto network = Ground::make(config, session, log_options(config), 1);
    if (!network) return fail(network.error());
    (*network)->runtime->start();
    auto summary = import_into(*urls, options, config, session, network->get());
    (*network)->end({}, summary ? kOk : kFailed);
    return summary;
}

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    ImportOptions wanted = options.import;
    wanted.max_body_bytes = config->get(objects_max_bytes);
    wanted.max_references = static_cast<std::uint64_t>(config->get(items_max_refs));
    if (wanted.items_path.empty() && wanted.synthetic_items == 0) {
        return refused({Errc::bad_input, "give --items with --bodies, or --synthetic", 0});
    }
    const auto summary = import(wanted, *config, session);
    if (!summary) return failed(summary.error());
    return print(describe(*summary) + "\n") ? kOk : kFailed;
}

void add_options(CLI::App& command, ImportOptions& import) {
    auto* from_files = command.add_option_group(
        "from files", "A data set as two NDJSON streams; - is standard input");
    auto* items = from_files->add_option("--items", import.items_path,
                                         R"({"id":…,"refs":[{"key":…,"version":…}]} a line)");
    auto* bodies = from_files->add_option("--bodies", import.bodies_path,
                                          R"({"key":…,"version":…,"body":…} a line)");
    items->type_name("FILE")->needs(bodies);
    bodies->type_name("FILE")->needs(items);
    auto* made_up =
        command.add_option_group("made up", "Or item-0, item-1… of objects obj-0, obj-1…");
    auto* synthetic = made_up->add_option("--synthetic", import.synthetic_items,
                                          "So many items, and as many objects");
    synthetic->type_name("ITEMS")->check(CLI::PositiveNumber)->excludes(items)->excludes(bodies);
    made_up->add_option("--refs", import.synthetic_references, "References of each item")
        ->type_name("N")
        ->capture_default_str()
        ->needs(synthetic);
    made_up->add_option("--size", import.synthetic_size_bytes, "Bytes of each object")
        ->type_name("BYTES")
        ->capture_default_str()
        ->needs(synthetic);
    made_up
        ->add_flag("--versioned", import.synthetic_versioned,
                   "References and objects have versions")
        ->needs(synthetic);
}

}  // namespace

void add_import(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("import",
                                           "Fill the index and the object store: files all or "
                                           "nothing, S3 and DynamoDB write by write");
    const auto options = std::make_shared<Options>();
    options->parameters.add_to(*command);
    add_options(*command, options->import);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
