// Whether a node should be asked, judged by the age of its replies: a machine without I/O, one for
// each node on each worker.
//
//   good      reads go there
//   suspect   no byte for 300 ms with work pending: reads go to other copies, its nil is not
//             trusted; a PING decides
//   open      1 s: closed; nothing is sent but trials
//   half_open one PING, then 1 %, 10 %, 100 % of reads; a trial that falls silent opens again
// Any reply, also an error, is life. A command's timeout alone never opens it. After a stall of our
// own loop nothing is judged before the socket was read: the caller sees to that. After a time in
// which this process stood still silence counts from its end.
// It also knows the latency of reads: p99 for L2's budget and p95 for hedging (10 ms while too few
// have been seen). Thread rule: one worker.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/time.h"
#include "redis/link/latency_window.h"

namespace aside::redis {

enum class Health : std::uint8_t { good, suspect, open, half_open };

struct HealthOptions {
    Duration ping_idle = std::chrono::milliseconds(500);  // PING when nothing was heard for so long
    Duration ping_pending = std::chrono::milliseconds(100);  // or so long with work pending
    Duration suspect_after = std::chrono::milliseconds(300);
    Duration open_after = std::chrono::seconds(1);
    Duration trial_every = std::chrono::milliseconds(500);  // while open: dials at most so often
    Duration step = std::chrono::milliseconds(500);         // between 1 %, 10 % and 100 %
};

class NodeHealth {
  public:
    explicit NodeHealth(HealthOptions options = {}) : options_(options) {}

    Health health() const { return health_; }
    // May this read go there? Draws in half_open.
    bool admits(Random& random, SteadyTime now) const;
    // Whatever the time and the lot: admits() would say yes.
    bool admits_all() const { return health_ == Health::good && not_before_ == SteadyTime{}; }

    void heard(SteadyTime now);                                        // bytes came
    void replied_after(Duration latency) { latencies_.add(latency); }  // of a read
    // `oldest_sent`: of what is under way there (kNever: nothing). Gives what to do.
    enum class Action : std::uint8_t { none, ping, close };
    Action tick(SteadyTime oldest_sent, SteadyTime now);
    void connected(SteadyTime now);  // a new session, its handshake answered
    void not_now(SteadyTime until);  // LOADING, BUSY: good, but not for reads yet
    void thawed(SteadyTime now);     // this process stood still until now, and sends a PING

    Duration p95() const { return latencies_.p95(); }
    Duration p99() const { return latencies_.p99(); }

  private:
    // Of half_open: what share of reads is let in.
    enum class Trial : std::uint8_t { ping, one_percent, ten_percent };

    Action open();
    Action advance_trial(SteadyTime now);
    Action ping_if_due(Duration silence, SteadyTime now);

    HealthOptions options_;
    Health health_ = Health::good;
    Trial trial_ = Trial::ping;
    bool trial_ping_asked_ = false;
    SteadyTime trial_since_{};
    SteadyTime last_heard_{};
    SteadyTime thawed_at_{};
    SteadyTime last_ping_{};
    SteadyTime not_before_{};
    LatencyWindow latencies_;
};

}  // namespace aside::redis
