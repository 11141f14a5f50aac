// A TCP proxy before one Redis node, between it and the client under test only: replication, bus
// and administration go directly. What clients hear of the cluster (CLUSTER SLOTS, MOVED, ASK)
// names the proxies' ports in place of the nodes', so they never meet a node itself.
//
// Thread rule: on its worker, all of it. Ownership: close(), then wait until idle() before it is
// destroyed; borrows the table of ports.
#pragma once

#include <list>
#include <map>
#include <memory>

#include "lab/proxy_faults.h"
#include "lab/proxy_session.h"
#include "runtime/worker.h"

namespace aside::lab {

class FaultProxy final : public ProxyHost {
  public:
    // `ports`: of nodes to those of their proxies; this one's is added. The node may be down.
    FaultProxy(runtime::Worker& worker, runtime::Endpoint node, PortTable& ports);
    ~FaultProxy();

    // Errors: those of listening.
    Result<void> listen();
    const runtime::Endpoint& endpoint() const { return endpoint_; }

    ProxyFaults& faults() { return faults_; }
    ProxySeen& seen() override { return seen_; }
    std::size_t connections() const { return sessions_.size(); }

    void refuse();          // from now on nobody listens there
    Result<void> admit();   // again
    void close_sessions();  // what was under way is lost
    // As close_sessions, with requests unread: clients see a reset, not an end.
    void reset_sessions();
    void clear();  // no faults any more

    void close();
    bool idle() const { return sessions_.empty() && !accepting_ && resets_ == 0; }

  private:
    ProxyFaults& current() override { return faults_; }
    std::uint16_t port_for_clients(std::uint16_t node_port) const override;
    void session_ended(ProxySession& session) override;

    runtime::Task<> accept_all();
    runtime::Task<> reset_soon();
    runtime::Task<> greet(std::unique_ptr<runtime::Stream> client);

    runtime::Worker& worker_;
    const runtime::Endpoint node_;
    PortTable& ports_;
    runtime::Endpoint endpoint_;
    std::unique_ptr<runtime::Listener> listener_;
    bool accepting_ = false;
    bool closing_ = false;       // the listener
    bool admit_wanted_ = false;  // once it is closed
    unsigned resets_ = 0;
    ProxyFaults faults_;
    ProxySeen seen_;
    std::list<std::unique_ptr<ProxySession>> sessions_;
};

}  // namespace aside::lab
