// aside check: is everything there that `aside serve` would need? Nothing is written and no port is
// opened.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "cli/stack.h"
#include "cli/token_file.h"
#include "config/value_text.h"
#include "runtime/os/run_task.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

struct Options {
    ParameterFlags parameters;
    std::string id;
};

// Asked for when no item was named: that it does not exist is as good an answer as any.
constexpr const char* kProbe = "aside-check";

std::string_view name_of(LoadState state) {
    return state == LoadState::absent ? "absent" : "found";
}

template <class Loaded>
bool tell(std::string_view what, const std::string& url, std::string_view name,
          const Result<Loaded>& loaded, Duration took) {
    const std::string answer =
        loaded ? std::string(name_of(loaded->state)) : to_string(loaded.error());
    print(fmt::format("{:<8} {:<6} {}: read '{}': {} ({:.1f} ms)\n", what, loaded ? "ok" : "FAILED",
                      config::redact_url(url), shown(name), shown(answer),
                      static_cast<double>(took.count()) / 1e6));
    return loaded.has_value();
}

// Reads the index entry and its first object, or what stands for them.
runtime::Task<bool> probe(runtime::Worker& worker, const Stack& stack, const config::Config& config,
                          std::string id) {
    const LoadRequest request{.deadline = worker.now() + config.get(origin_deadline),
                              .max_bytes = config.get(objects_max_bytes)};
    SteadyTime start = worker.now();
    const auto entry = co_await stack.stores.index->load(worker, id, request);
    const bool index_is_well =
        tell("index", config.get(index_url), id, entry, worker.now() - start);
    Reference reference{kProbe, {}};
    if (entry && !entry->references.empty()) reference = entry->references.front();
    start = worker.now();
    const auto object = co_await stack.stores.objects->load(worker, reference, request);
    const bool objects_are_well =
        tell("objects", config.get(objects_url), reference.key, object, worker.now() - start);
    co_return index_is_well&& objects_are_well;
}

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    const auto token = read_token(*session.files, config->get(admin_token_file));
    if (!token) return refused(token.error());
    const auto stack = Stack::open(*config, session, log_options(*config), 1);
    if (!stack) return failed(stack.error());
    print("config   ok\n");
    (*stack)->start();
    const bool well = runtime::run_task(*(*stack)->runtime, 0, [&](runtime::Worker& worker) {
        return probe(worker, **stack, *config, options.id);
    });
    const int code = well ? kOk : kFailed;
    (*stack)->end(code);
    return code;
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "check",
        "Check the configuration, open the stores and read one thing; tell what was found");
    const auto options = std::make_shared<Options>();
    options->id = kProbe;
    command->add_option("id", options->id, "The item to read")->type_name("ID");
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
