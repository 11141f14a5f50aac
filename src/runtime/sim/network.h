// The network of a simulated world: who listens where, and connections between workers with latency
// and faults.
//
// Host names are plain text: any name may be listened on, "localhost" is 127.0.0.1, and a listener
// on 0.0.0.0 or :: answers to every host. Several workers may listen on one endpoint; a connection
// goes to one of them by chance. One worker may listen on many hosts; it connects from its own
// (SimOptions::hosts). Faults are read when something happens, so they may be changed while the
// world runs. Thread rule: the world's thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "base/random.h"
#include "runtime/sim/faults.h"
#include "runtime/sim/hosts.h"
#include "runtime/sim/scheduler.h"
#include "runtime/worker.h"

namespace aside::runtime {

class SimWorker;
struct SimListening;
struct SimConnection;

class SimNetwork {
  public:
    SimNetwork(Scheduler& scheduler, std::uint64_t seed) : scheduler_(scheduler), random_(seed) {}

    NetworkFaults faults;
    HostFaults& host(const std::string& host) { return hosts_[host].faults; }

    // A name's addresses, looked up at each connect and tried in turn; none: not_found. What is no
    // key here is an address already.
    std::map<std::string, std::vector<std::string>> names;
    bool resolver_down = false;  // what does not look like an address cannot be looked up

    // Hosts (addresses) that speak TLS. A TLS connect to another ends with Errc::protocol; a plain
    // one to these is answered, and then hears nothing. Bytes and certificates are not modelled.
    std::set<std::string> tls_hosts;
    // Called for each connect as it was asked for, before anything else happens to it.
    std::function<void(const SimWorker&, const Endpoint&, const ConnectOptions&)> on_connect;
    // Called for each that is refused.
    std::function<void(const Endpoint&)> on_refused;

    // Every connection there is loses both its sides; or those of one host.
    void reset_all();
    void reset_connections(const std::string& host);
    // What was on the way between forgot every connection of this host: nothing that is sent on one
    // arrives, and neither side is told. New ones are good.
    void lose_silently(const std::string& host);
    // Keepalive finds out at last, on both sides, which connections lead nowhere.
    void find_lost();
    // HostFaults::silent, and its end.
    void cut_off(const std::string& host) { this->host(host).silent = true; }
    void heal(const std::string& host) { this->host(host).silent = false; }
    // A host's processes stand still while its kernel does not: connects to it succeed and bytes
    // are taken up to the buffer, but no accept, read or write of it gets on until the thaw. (Its
    // timers do: whoever plays the process asks is_frozen.)
    void freeze(const std::string& host) { hosts_[host].frozen = true; }
    void thaw(const std::string& host);
    bool is_frozen(const std::string& host) { return hosts_[host].frozen; }
    // The way between two hosts, both ways or one: connects hang, and what is sent arrives after
    // the link has been healed (faults.retransmission).
    void cut(const std::string& a, const std::string& b);
    void cut_one_way(const std::string& from, const std::string& to);
    void heal(const std::string& a, const std::string& b);

    std::size_t connections() const;

    Result<std::unique_ptr<Listener>> listen(SimWorker& worker, const Endpoint& endpoint);
    Task<Result<std::unique_ptr<Stream>>> connect(SimWorker& worker, Endpoint endpoint,
                                                  SteadyTime deadline, ConnectOptions options);

    // For the parts of the network.
    struct Attempt;
    Scheduler& scheduler() { return scheduler_; }
    Random& random() { return random_; }
    Duration draw_latency();
    SimHost& host_state(const std::string& host) { return hosts_[host]; }
    void forget(const SimListening& listening);

  private:
    Task<Result<std::vector<std::string>>> resolve(SimWorker& worker, const std::string& host,
                                                   SteadyTime deadline);
    Task<Result<std::unique_ptr<Stream>>> connect_address(SimWorker& worker, Endpoint address,
                                                          SteadyTime deadline, bool tls);
    void arrive(const std::shared_ptr<Attempt>& attempt);
    std::shared_ptr<SimListening> pick(const Endpoint& endpoint);
    std::uint16_t take_port();
    std::vector<std::shared_ptr<SimConnection>> live_connections() const;

    Scheduler& scheduler_;
    Random random_;
    SimHosts hosts_;
    std::vector<std::shared_ptr<SimListening>> listening_;
    std::vector<std::weak_ptr<SimConnection>> connections_;
    std::uint16_t next_port_ = 20000;
};

}  // namespace aside::runtime
