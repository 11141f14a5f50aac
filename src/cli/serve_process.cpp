#include "cli/serve_process.h"

#include "cli/options_from_config.h"
#include "cli/session.h"
#include "config/value_text.h"
#include "wire/json_text.h"

namespace aside::cli {

namespace {

using namespace config::parameter;

// Connections of the admin port: probes and people.
constexpr unsigned kAdminConnections = 1000;
// What the admin port's requests may still take when the public port has ended.
constexpr Duration kAdminDrain = std::chrono::seconds(1);

front::ServerOptions admin_server_options(const config::Config& config) {
    auto options = server_options(config);
    options.max_connections = std::min(options.max_connections, kAdminConnections);
    return options;
}

Result<runtime::Endpoint> parse_address(std::string_view name, const std::string& text) {
    auto endpoint = runtime::parse_endpoint(text);
    if (endpoint) return endpoint;
    return fail(Errc::bad_input, std::string(name) + ": " + endpoint.error().detail);
}

}  // namespace

ServeProcess::ServeProcess(const config::Config& config, Ground& ground, Service& service,
                           const OriginProbe* probe, std::string token)
    : config_(config),
      ground_(ground),
      probe_(probe),
      has_token_(!token.empty()),
      public_metrics_(ground.registry, "http"),
      admin_metrics_(ground.registry, "admin"),
      public_handler_(service, public_options(config)),
      admin_handler_(service, options_for_admin(std::move(token))),
      public_(service, public_handler_, server_options(config), public_metrics_,
              ground.runtime->worker_count()),
      admin_(service, admin_handler_, admin_server_options(config), admin_metrics_,
             ground.runtime->worker_count()),
      workers_left_(ground.runtime->worker_count()) {
    ground.registry.gauge("aside_connections", "Connections open", {{"front", "http"}},
                          [this] { return static_cast<double>(public_.connections()); });
    ground.registry.gauge("aside_connections", "Connections open", {{"front", "admin"}},
                          [this] { return static_cast<double>(admin_.connections()); });
}

front::AdminOptions ServeProcess::options_for_admin(std::string token) {
    auto options = admin_options(config_);
    options.token = std::move(token);
    options.metrics = [this] { return ground_.registry.render(); };
    options.facts = [this] { return facts(); };
    options.unready = [this] { return probe_ ? probe_->unready() : std::string(); };
    return options;
}

std::string ServeProcess::facts() const {
    std::string json = R"("version":)";
    wire::append_json_string(json, version());
    json += R"(,"index":)";
    wire::append_json_string(json, config::redact_url(config_.get(index_url)));
    json += R"(,"objects":)";
    wire::append_json_string(json, config::redact_url(config_.get(objects_url)));
    if (!config_.get(l2_url).empty()) {
        json += R"(,"l2_url":)";
        wire::append_json_string(json, config::redact_url(config_.get(l2_url)));
    }
    const std::string probed = probe_ ? probe_->facts() : std::string();
    if (!probed.empty()) json += "," + probed;
    return json + R"(,"workers":)" + std::to_string(ground_.runtime->worker_count()) +
           R"(,"connections":)" + std::to_string(public_.connections());
}

std::string ServeProcess::serving_line() const {
    return "aside: serving on http://" + to_string(public_address_) + ", admin on http://" +
           to_string(admin_address_) + "\n";
}

Result<runtime::Endpoint> ServeProcess::listen_on_all(front::Server& server,
                                                      const runtime::Endpoint& wanted) {
    runtime::Endpoint taken = wanted;
    for (unsigned i = 0; i < ground_.runtime->worker_count(); ++i) {
        // The first worker finds out which port 0 is; the others share it.
        auto started = server.start(ground_.runtime->worker(i), taken);
        if (!started)
            return fail(started.error().code, to_string(wanted) + ": " + started.error().detail);
        taken = *started;
    }
    return taken;
}

Result<void> ServeProcess::listen() {
    const auto public_wanted = parse_address("http.listen", config_.get(http_listen));
    if (!public_wanted) return fail(public_wanted.error());
    const auto admin_wanted = parse_address("admin.listen", config_.get(admin_listen));
    if (!admin_wanted) return fail(admin_wanted.error());
    if (const auto allowed = front::check_admin_bind(*admin_wanted, has_token_); !allowed) {
        return fail(allowed.error());
    }
    const auto public_taken = listen_on_all(public_, *public_wanted);
    if (!public_taken) return fail(public_taken.error());
    const auto admin_taken = listen_on_all(admin_, *admin_wanted);
    if (!admin_taken) return fail(admin_taken.error());
    public_address_ = *public_taken;
    admin_address_ = *admin_taken;
    return {};
}

runtime::Task<> ServeProcess::drain_worker(runtime::Worker& worker) {
    co_await public_.drain(worker, config_.get(http_drain_timeout));
    co_await admin_.drain(worker, kAdminDrain);
    workers_left_.count_down();
}

void ServeProcess::drain() {
    ground_.log.info("serve.draining", {{"connections", public_.connections()},
                                        {"limit_seconds", config_.get(http_drain_timeout)}});
    admin_handler_.start_draining();
    for (unsigned i = 0; i < ground_.runtime->worker_count(); ++i) {
        runtime::Worker& worker = ground_.runtime->worker(i);
        worker.post([this, &worker] { worker.spawn(drain_worker(worker)); });
    }
    workers_left_.wait();
}

}  // namespace aside::cli
