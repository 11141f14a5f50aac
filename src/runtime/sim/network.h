// The network of a simulated world: who listens where, and connections between workers with latency
// and faults.
//
// Host names are plain text: any name may be listened on, "localhost" is 127.0.0.1, and a listener
// on 0.0.0.0 or :: answers to every host. Several workers may listen on one endpoint; a connection
// goes to one of them by chance. Faults are read when something happens, so they may be changed
// while the world runs. Thread rule: the world's thread.
#pragma once

#include <vector>

#include "base/random.h"
#include "runtime/sim/scheduler.h"
#include "runtime/stream.h"

namespace aside::runtime {

class SimWorker;
struct SimListening;
struct SimConnection;

// How often a fault happens: `times` in `of`.
struct Ratio {
    std::uint32_t times = 0;
    std::uint32_t of = 1;
    bool drawn(Random& random) const { return times != 0 && random.chance(times, of); }
};

struct NetworkFaults {
    Duration latency = std::chrono::microseconds(50);  // one way
    Duration latency_jitter =
        std::chrono::microseconds(50);          // added, uniform; bytes never overtake each other
    std::size_t send_buffer_bytes = 64 * 1024;  // written by one side and not yet read by the other

    Ratio short_read;         // a read gives fewer bytes than have arrived
    Ratio short_write;        // a write takes fewer bytes than there is room for
    Ratio reset;              // per arrival of bytes: both sides lose the connection
    Ratio hang;               // per arrival of bytes: this direction is silent from here on
    Ratio refuse_connect;     // as if nobody listened
    Ratio hang_connect;       // no answer to a connect
    Ratio accept_overloaded;  // an accept ends with Errc::overloaded first
};

class SimNetwork {
  public:
    SimNetwork(Scheduler& scheduler, std::uint64_t seed) : scheduler_(scheduler), random_(seed) {}

    NetworkFaults faults;
    // Every connection there is loses both its sides.
    void reset_all();
    // Connects to this host hang, and bytes to and from it vanish, until it is healed.
    void cut_off(const std::string& host);
    void heal(const std::string& host);
    std::size_t connections() const;

    Result<std::unique_ptr<Listener>> listen(SimWorker& worker, const Endpoint& endpoint);
    Task<Result<std::unique_ptr<Stream>>> connect(SimWorker& worker, Endpoint endpoint,
                                                  SteadyTime deadline);

    // For the parts of the network.
    struct Attempt;
    Scheduler& scheduler() { return scheduler_; }
    Random& random() { return random_; }
    Duration draw_latency();
    bool is_cut_off(const std::string& host) const;
    void forget(const SimListening& listening);

  private:
    void arrive(const std::shared_ptr<Attempt>& attempt);
    std::shared_ptr<SimListening> pick(const Endpoint& endpoint);

    Scheduler& scheduler_;
    Random random_;
    std::vector<std::shared_ptr<SimListening>> listening_;
    std::vector<std::weak_ptr<SimConnection>> connections_;
    std::vector<std::string> cut_off_;
    std::uint16_t next_port_ = 20000;
};

}  // namespace aside::runtime
