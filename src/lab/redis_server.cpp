#include "lab/redis_server.h"

#include <csignal>

#include "runtime/os/files.h"

namespace aside::lab {

namespace {

constexpr std::string_view kLoopback = "127.0.0.1";
constexpr Duration kEndLimit = std::chrono::seconds(10);

class Configuration {
  public:
    Configuration& add(std::string_view name, std::string_view value) {
        text_.append(name).append(" ").append(value).append("\n");
        return *this;
    }
    Configuration& add(std::string_view name, std::uint64_t value) {
        return add(name, std::to_string(value));
    }
    void line(std::string_view text) { text_.append(text).append("\n"); }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

void add_cluster(Configuration& configuration, const ServerOptions& options) {
    using std::chrono::duration_cast, std::chrono::milliseconds;
    const auto timeout_ms = duration_cast<milliseconds>(options.node_timeout).count();
    configuration.add("cluster-enabled", "yes")
        .add("cluster-config-file", "nodes.conf")
        .add("cluster-port", options.bus_port)
        .add("cluster-node-timeout", static_cast<std::uint64_t>(timeout_ms))
        .add("cluster-allow-replica-migration", "no")
        // A drill whose primary dies does not want to hear that its replica's data are too old.
        .add("cluster-replica-validity-factor", "0");
    if (options.host != kLoopback) configuration.add("cluster-announce-ip", options.host);
    if (!options.name.empty()) {
        configuration.add("cluster-announce-hostname", options.name)
            .add("cluster-preferred-endpoint-type", "hostname");
    }
    if (!options.as_managed) return;
    configuration.add("cluster-require-full-coverage", "no")
        .add("cluster-allow-reads-when-down", "yes");
}

std::vector<std::string> command_line(const ServerOptions& options) {
    std::vector<std::string> words = options.run_under;
    words.push_back(options.program);
    words.push_back(options.directory + "/redis.conf");
    return words;
}

}  // namespace

Result<void> RedisServer::write_configuration(bool detached) {
    Configuration configuration;
    configuration.add("bind", options_.host)
        .add("port", options_.port)
        .add("dir", options_.directory)
        .add("save", "\"\"")
        .add("appendonly", "no")
        .add("repl-diskless-sync", "yes")
        .add("repl-diskless-sync-delay", "0")
        .add("repl-ping-replica-period", "1")
        .add("enable-debug-command", "local")
        .add("maxmemory-policy", "allkeys-lru");
    if (options_.host != kLoopback) {
        configuration
            .add("bind-source-addr", options_.host)
            // Nobody else is on its network.
            .add("protected-mode", "no");
    }
    if (options_.bus_port != 0) add_cluster(configuration, options_);
    if (options_.tls_port != 0) {
        configuration.add("tls-port", options_.tls_port)
            .add("tls-ca-cert-file", options_.certificates.ca_file)
            .add("tls-cert-file", options_.certificates.certificate_file)
            .add("tls-key-file", options_.certificates.key_file)
            .add("tls-auth-clients", "no")
            // Else Redis 7.0 tells the plain ports to TLS clients too.
            .add("tls-cluster", "yes")
            .add("tls-replication", "yes");
    }
    if (detached) {
        configuration.add("daemonize", "yes")
            .add("pidfile", options_.directory + "/redis.pid")
            .add("logfile", options_.directory + "/redis.log");
    }
    for (const std::string& line : options_.lines) configuration.line(line);
    runtime::OsFiles files;
    auto directory = files.open_directory(options_.directory, true);
    if (!directory) return fail(std::move(directory.error()));
    return (*directory)->write_unsynced("redis.conf", configuration.text());
}

Result<void> RedisServer::start() {
    auto written = write_configuration(false);
    if (!written) return written;
    auto started = runtime::ChildProcess::start({.arguments = command_line(options_),
                                                 .environment = {},
                                                 .directory = options_.directory,
                                                 .output_file = options_.directory + "/redis.log"});
    if (!started) return fail(std::move(started.error()));
    process_ = std::move(*started);
    frozen_ = false;
    return {};
}

Result<void> RedisServer::start_detached() {
    auto written = write_configuration(true);
    if (!written) return written;
    auto started = runtime::ChildProcess::start({.arguments = command_line(options_),
                                                 .environment = {},
                                                 .directory = options_.directory,
                                                 .output_file = options_.directory + "/redis.log"});
    if (!started) return fail(std::move(started.error()));
    const auto end = (*started)->wait(kEndLimit);  // of the parent of the one that stays
    if (!end) return fail(end.error());
    if (end->exit_code != 0) {
        return fail(Errc::io,
                    options_.program + " did not start: see " + options_.directory + "/redis.log");
    }
    return {};
}

void RedisServer::kill() {
    if (!process_) return;
    (void)process_->signal(SIGKILL);
    (void)process_->wait(kEndLimit);
    process_.reset();
    frozen_ = false;
}

void RedisServer::freeze() {
    if (!running()) return;
    frozen_ = process_->signal(SIGSTOP).has_value();
}

void RedisServer::thaw() {
    if (process_) (void)process_->signal(SIGCONT);
    frozen_ = false;
}

}  // namespace aside::lab
