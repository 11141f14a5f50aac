// The two ports of one serving process, from listening to the end of the last connection.
//
//   ServeProcess process(config, ground, service, &probe, token);
//   process.listen();            // before the runtime starts
//   ground.runtime->start();
//   …until told to end…
//   process.drain();             // returns when no connection is left
//
// Thread rule: the main thread. Ownership: it borrows what it is given; drain() must have returned
// before it is destroyed.
#pragma once

#include <latch>
#include <string>

#include "cli/ground.h"
#include "cli/origin_probe.h"
#include "front/http/admin_handler.h"
#include "front/http/public_handler.h"
#include "front/http/server.h"

namespace aside::cli {

class ServeProcess {
  public:
    // `probe` may be null: it is ready once it listens.
    ServeProcess(const config::Config& config, Ground& ground, Service& service,
                 const OriginProbe* probe, std::string token);

    // Errors: bad_input for a malformed or refused address; conflict when another process has it;
    // denied.
    Result<void> listen();
    const runtime::Endpoint& public_address() const { return public_address_; }
    const runtime::Endpoint& admin_address() const { return admin_address_; }
    // "aside: serving on http://…": for standard output, which others read the ports from.
    std::string serving_line() const;

    // Requests in progress are answered, within http.drain_timeout; the admin port goes on saying
    // "not ready" until the public one has ended.
    void drain();

  private:
    front::AdminOptions options_for_admin(std::string token);
    std::string facts() const;  // for /status
    Result<runtime::Endpoint> listen_on_all(front::Server& server, const runtime::Endpoint& wanted);
    runtime::Task<> drain_worker(runtime::Worker& worker);

    const config::Config& config_;
    Ground& ground_;
    const OriginProbe* const probe_;
    const bool has_token_;
    front::FrontMetrics public_metrics_, admin_metrics_;
    front::PublicHandler public_handler_;
    front::AdminHandler admin_handler_;
    front::Server public_, admin_;
    runtime::Endpoint public_address_, admin_address_;
    std::latch workers_left_;
};

}  // namespace aside::cli
