// The hosts of a simulated network: what is wrong with each, and when its line is free. Thread
// rule: the world's thread. Ownership: a host lives as long as the network, so it may be pointed
// to.
#pragma once

#include <map>
#include <set>
#include <string>

#include "runtime/sim/faults.h"

namespace aside::runtime {

struct SimHost {
    HostFaults faults;
    bool frozen = false;
    std::set<const SimHost*> cut_towards;  // what it sends there waits until the link is healed
    SteadyTime sends_until{};              // its line is busy until then
    SteadyTime receives_until{};

    bool reaches(const SimHost& to) const {
        return !faults.silent && !to.faults.silent && !cut_towards.contains(&to);
    }
};

class SimHosts {
  public:
    SimHost& operator[](const std::string& host) { return hosts_[canonical(host)]; }

    // "localhost" is 127.0.0.1; every other text is a host of its own.
    static std::string canonical(const std::string& host) {
        return host == "localhost" ? "127.0.0.1" : host;
    }

  private:
    std::map<std::string, SimHost> hosts_;
};

// What both hosts add to the network's latency.
Duration extra_latency(const SimHost& from, const SimHost& to);
// When bytes sent now have arrived, and both lines are taken until then.
SteadyTime send_over(SimHost& from, SimHost& to, std::size_t bytes, SteadyTime now,
                     Duration latency);

}  // namespace aside::runtime
