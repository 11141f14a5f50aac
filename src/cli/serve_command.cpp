// aside serve: the server, from its configuration to its end.
#include <CLI/CLI.hpp>

#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "cli/serve_process.h"
#include "cli/stack.h"
#include "cli/token_file.h"
#include "config/value_text.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

void count_log_lines(telemetry::Registry& registry, const telemetry::Logger& log) {
    registry.observed_counter("aside_log_lines_lost_total", "Log lines that were not written",
                              {{"reason", "queue_full"}}, [&log] { return log.dropped(); });
    registry.observed_counter("aside_log_lines_lost_total", "Log lines that were not written",
                              {{"reason", "rate_limit"}}, [&log] { return log.suppressed(); });
}

void tell_start(const config::Config& config, const Stack& stack, const ServeProcess& process,
                telemetry::Logger& log) {
    log.info("serve.started", {{"version", version()},
                               {"address", to_string(process.public_address())},
                               {"admin_address", to_string(process.admin_address())},
                               {"workers", stack.runtime->worker_count()},
                               {"memory_bytes", config.get(memory_capacity)},
                               {"index", config::redact_url(config.get(index_url))},
                               {"objects", config::redact_url(config.get(objects_url))},
                               {"l2", config::redact_url(config.get(l2_url))}});
    print(process.serving_line());
}

// What is kept in directories; null where it is not.
struct Kept {
    std::unique_ptr<runtime::Directory> hot_set_directory, read_log_directory;
    std::unique_ptr<engine::HotSet> hot_set;
    std::unique_ptr<engine::ReadLog> read_log;
};

// Null where none is named.
Result<std::unique_ptr<runtime::Directory>> open_directory(const Session& session,
                                                           const std::string& path,
                                                           std::string_view parameter) {
    if (path.empty()) return nullptr;
    auto directory = session.files->open_directory(path, true);
    if (directory) return directory;
    return fail(directory.error().code,
                std::string(parameter) + ": " + to_string(directory.error()));
}

Result<Kept> open_kept(const config::Config& config, Stack& stack, const Session& session) {
    Kept kept;
    auto hot = open_directory(session, config.get(hot_set_directory), "hot_set.directory");
    if (!hot) return fail(std::move(hot.error()));
    kept.hot_set_directory = std::move(*hot);
    if (kept.hot_set_directory) {
        kept.hot_set = std::make_unique<engine::HotSet>(hot_set_options(config), stack.engine,
                                                        *kept.hot_set_directory, "hot-set.txt",
                                                        stack.registry, &stack.log);
    }
    auto reads = open_directory(session, config.get(read_log_directory), "read_log.directory");
    if (!reads) return fail(std::move(reads.error()));
    kept.read_log_directory = std::move(*reads);
    if (kept.read_log_directory) {
        kept.read_log = std::make_unique<engine::ReadLog>(
            read_log_options(config), *kept.read_log_directory, stack.registry, &stack.log);
        stack.engine.log_reads_to(kept.read_log.get());
    }
    return kept;
}

// What runs beside the server, all on one worker.
void post_to_companions(Stack& stack, const Kept& kept, OriginProbe& probe, bool start) {
    runtime::Worker& worker = stack.runtime->worker(0);
    worker.post([&worker, &kept, &probe, start] {
        start ? probe.start(worker) : probe.stop();
        if (kept.hot_set) start ? kept.hot_set->start(worker) : kept.hot_set->stop();
        if (kept.read_log) start ? kept.read_log->start(worker) : kept.read_log->stop(worker);
    });
}

OriginProbeOptions probe_options(const config::Config& config, const StoreUrls& urls) {
    return {.index = std::holds_alternative<DynamodbUrl>(urls.index),
            .objects = std::holds_alternative<S3Url>(urls.objects),
            .have_l2 = !config.get(l2_url).empty()};
}

// Not an error: it serves, only fewer.
void make_room_for_connections(const config::Config& config, telemetry::Logger& log) {
    const auto limit = runtime::raise_descriptor_limit();
    const auto wanted = static_cast<std::uint64_t>(config.get(http_max_connections));
    if (limit && *limit < wanted) {
        log.warning("serve.few_descriptors",
                    {{"descriptors", *limit}, {"http.max_connections", wanted}});
    }
}

int serve(const config::Config& config, const std::string& token, const Session& session) {
    runtime::StopSignals signals;  // before any thread
    const auto stack = Stack::open(config, session, log_options(config));
    if (!stack) return failed(stack.error());
    telemetry::Logger& log = (*stack)->log;
    count_log_lines((*stack)->registry, log);
    make_room_for_connections(config, log);

    const auto kept = open_kept(config, **stack, session);
    if (!kept) return failed(kept.error());
    OriginProbe probe(probe_options(config, (*stack)->urls), (*stack)->stores, &log);
    ServeProcess process(config, *(*stack)->ground, (*stack)->engine, &probe, token);
    const auto listening = process.listen();
    (*stack)->start();
    int code = kOk;
    if (listening) {
        tell_start(config, **stack, process, log);
        post_to_companions(**stack, *kept, probe, true);
        const int signal = signals.wait();
        signals.let_next_end_the_process();
        log.info("serve.stopping", {{"signal", signal}});
    } else {
        code = failed(listening.error());
    }
    post_to_companions(**stack, *kept, probe, false);
    process.drain();
    (*stack)->end(code);
    log.info("serve.stopped");
    return code;
}

struct Options {
    ParameterFlags parameters;
};

int run(const Options& options, const Session& session) {
    const auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    const auto token = read_token(*session.files, config->get(admin_token_file));
    if (!token) return refused(token.error());
    return serve(*config, *token, session);
}

}  // namespace

void add_serve(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("serve", "Serve items and objects over HTTP until SIGTERM or SIGINT");
    const auto options = std::make_shared<Options>();
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
