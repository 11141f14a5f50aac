// aside invalidate: tells a running server, by its admin port, to forget what it has cached.
#include <CLI/CLI.hpp>

#include "cli/parameter_flags.h"
#include "cli/token_file.h"
#include "http_client/single_call.h"
#include "runtime/os/run_task.h"
#include "wire/json_text.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

struct Options {
    ParameterFlags parameters;
    std::vector<std::string> items;
    std::vector<std::string> objects;
};

void append_list(std::string& json, std::string_view name, const std::vector<std::string>& keys) {
    wire::append_json_string(json, name);
    json += ":[";
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (i > 0) json += ',';
        wire::append_json_string(json, keys[i]);
    }
    json += ']';
}

std::string body_of(const Options& options) {
    std::string json = "{";
    append_list(json, "items", options.items);
    json += ',';
    append_list(json, "objects", options.objects);
    return json += '}';
}

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    const auto endpoint = runtime::parse_endpoint(config->get(admin_listen));
    if (!endpoint) return refused(endpoint.error());
    const auto token = read_token(*session.files, config->get(admin_token_file));
    if (!token) return refused(token.error());
    const auto runtime = runtime::OsRuntime::create({.workers = 1, .blocking_threads = 1});
    if (!runtime) return failed(runtime.error());
    (*runtime)->start();
    const http_client::SingleCall request{*endpoint, "POST", "/invalidate", *token,
                                          body_of(options)};
    const auto answer = runtime::run_task(**runtime, 0, [&](runtime::Worker& worker) {
        return http_client::call_once(worker, request, config->get(admin_request_deadline));
    });
    if (!answer)
        return failed(
            {answer.error().code, config->get(admin_listen) + ": " + answer.error().detail, 0});
    if (!print(answer->body + "\n")) return kFailed;
    return answer->head.status == 200 ? kOk : kFailed;
}

}  // namespace

void add_invalidate(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "invalidate", "Make a running server forget cached items and objects, by its admin port");
    const auto options = std::make_shared<Options>();
    auto* what = command->add_option_group("what")->require_option(1, 2);
    what->add_option("ids", options->items, "Items' ids")->type_name("ID");
    what->add_option("--object", options->objects, "An object's key; may be given several times")
        ->type_name("KEY")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
