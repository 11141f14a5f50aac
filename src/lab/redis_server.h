// One redis-server (or valkey-server) process of a lab, and what can be done to it.
//
// Thread rule: one thread, not a worker's, and the one that started it (runtime/os/child_process.h
// says why). Ownership: a server that was not started detached ends with this object. Its directory
// holds its configuration, its log and its nodes.conf, and is the caller's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "lab/certificates.h"
#include "runtime/os/child_process.h"
#include "runtime/stream.h"

namespace aside::lab {

struct ServerOptions {
    std::string program = "redis-server";
    std::vector<std::string> run_under;  // words before the program: "ip netns exec …"
    std::string directory;
    std::string host = "127.0.0.1";  // the address it listens on, and connects from
    std::string name;                // announced in its place; empty: the address is
    std::uint16_t port = 0;          // plain; whoever runs the lab uses it
    std::uint16_t bus_port = 0;      // 0: no cluster
    std::uint16_t tls_port = 0;      // 0: no TLS
    Certificates certificates;
    Duration node_timeout = std::chrono::seconds(3);
    bool as_managed = true;          // as the managed services set it; false: Redis's own defaults
    std::vector<std::string> lines;  // more of its configuration
};

class RedisServer {
  public:
    explicit RedisServer(ServerOptions options) : options_(std::move(options)) {}

    // Empty, with the same identity as before. Errors: of the files and the program.
    Result<void> start();
    // Leaves it running by itself, with redis.pid in its directory.
    Result<void> start_detached();
    void kill();  // SIGKILL; returns when it has ended
    void freeze();
    void thaw();

    bool running() { return process_ && process_->running(); }
    int pid() const { return process_ ? process_->pid() : 0; }  // 0: not known
    bool frozen() const { return frozen_; }
    const ServerOptions& options() const { return options_; }
    ServerOptions& options() { return options_; }  // changes count from the next start on
    runtime::Endpoint admin() const { return {options_.host, options_.port}; }
    // Where clients connect.
    runtime::Endpoint endpoint() const {
        return {options_.name.empty() ? options_.host : options_.name,
                options_.tls_port != 0 ? options_.tls_port : options_.port};
    }

  private:
    Result<void> write_configuration(bool detached);

    ServerOptions options_;
    std::unique_ptr<runtime::ChildProcess> process_;
    bool frozen_ = false;
};

}  // namespace aside::lab
