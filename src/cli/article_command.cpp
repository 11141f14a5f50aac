// aside article: serves the hand-written design that `aside drill` compares with (lab/article), by
// the same front and from the same stores as `aside serve`.
#include <CLI/CLI.hpp>

#include "cli/open_store.h"
#include "cli/options_from_config.h"
#include "cli/parameter_flags.h"
#include "cli/remote_url.h"
#include "cli/serve_process.h"
#include "config/value_text.h"
#include "lab/article/article_service.h"
#include "runtime/os/process.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

constexpr std::int64_t kUnlimited = 10'000;  // of aws.connections, the most there may be

struct Options {
    ParameterFlags parameters;
    std::string ttl = "60s";
    std::string timeout = "1s";
    std::string prefix;
};

Result<Duration> duration_flag(std::string_view flag, const std::string& text, Duration least) {
    auto span = config::parse_duration(text);
    if (!span) return fail(Errc::bad_input, std::string(flag) + ": " + span.error().detail);
    if (*span >= least) return *span;
    return fail(Errc::bad_input,
                std::string(flag) + ": at least " + config::format_duration(least));
}

Result<lab::ArticleOptions> article_options(const config::Config& config, const Options& options) {
    const auto ttl = duration_flag("--ttl", options.ttl, std::chrono::seconds(1));
    if (!ttl) return fail(ttl.error());
    const auto timeout = duration_flag("--timeout", options.timeout, std::chrono::milliseconds(1));
    if (!timeout) return fail(timeout.error());
    auto url = parse_remote_url(config.get(l2_url));
    if (!url) return fail(std::move(url.error()));
    if (url->iam || !url->password_file.empty()) {
        return fail(Errc::unsupported,
                    "l2.url: this design takes a password from the URL itself and nowhere else");
    }
    lab::ArticleOptions article;
    article.cluster.seeds = url->seeds;
    if (!url->user.empty()) article.cluster.node.user = url->user;
    article.cluster.node.password = url->password;
    article.cluster.node.timeout = *timeout;
    if (url->tls) {
        article.cluster.node.connect.tls = std::make_shared<const runtime::TlsOptions>(
            runtime::TlsOptions{{}, url->ca_file, url->certificate_file, url->key_file});
    }
    article.prefix = options.prefix;
    article.ttl = std::chrono::floor<std::chrono::seconds>(*ttl);
    article.object_max_bytes = config.get(objects_max_bytes);
    return article;
}

void close(lab::ArticleService& service, runtime::OsRuntime& runtime) {
    for (unsigned i = 0; i < runtime.worker_count(); ++i) {
        runtime::Worker& worker = runtime.worker(i);
        worker.post([&service, &worker] { service.close(worker); });
    }
}

int serve(const config::Config& config, lab::ArticleOptions article, const StoreUrls& urls,
          const Session& session) {
    runtime::StopSignals signals;  // before any thread
    const auto made = Ground::make(config, session, log_options(config), 0);
    if (!made) return failed(made.error());
    Ground& ground = **made;
    const auto stores = open_stores(urls, store_options(config), *session.files, ground);
    if (!stores) return failed(stores.error());
    if (const auto raised = runtime::raise_descriptor_limit(); !raised)
        ground.log.warning("article.few_descriptors", {{"error", to_string(raised.error())}});

    article.cluster.node.dials = &ground.registry.counter(
        "article_dials_total", "Connections to L2 that the hand-written design tried");
    lab::ArticleService service(std::move(article), ground.runtime->worker_count(), *stores->index,
                                *stores->objects);
    ServeProcess process(config, ground, service, nullptr, {});
    const auto listening = process.listen();
    ground.runtime->start();
    int code = kOk;
    if (listening) {
        print(process.serving_line());
        signals.wait();
        signals.let_next_end_the_process();
    } else {
        code = failed(listening.error());
    }
    process.drain();
    close(service, *ground.runtime);
    ground.end(*stores, code);
    return code;
}

int run(const Options& options, const Session& session) {
    auto config = options.parameters.load(session);
    if (!config) return refused(config.error());
    auto article = article_options(*config, options);
    if (!article) return refused(article.error());
    const auto urls = parse_store_urls(config->get(index_url), config->get(objects_url));
    if (!urls) return refused(urls.error());
    const config::Parameter& connections = *config::find_parameter("aws.connections");
    if (config->setting(connections).source == config::Source::fallback)
        config->set(connections, {kUnlimited, config::Source::fallback, {}});
    return serve(*config, std::move(*article), *urls, session);
}

}  // namespace

void add_article(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "article", "Serve with the hand-written design that `aside drill` compares with");
    command->group("");  // not listed: nobody should serve with it
    const auto options = std::make_shared<Options>();
    command->add_option("--ttl", options->ttl, "The time-to-live of every value in L2")
        ->type_name("DURATION")
        ->capture_default_str();
    command->add_option("--timeout", options->timeout, "How long a command of L2 may take")
        ->type_name("DURATION")
        ->capture_default_str();
    command->add_option("--prefix", options->prefix, "What the name of each key in L2 begins with")
        ->type_name("TEXT");
    options->parameters.add_to(*command);
    command->callback([&session, options] {
        session.run = [&session, options] { return run(*options, session); };
    });
}

}  // namespace aside::cli
