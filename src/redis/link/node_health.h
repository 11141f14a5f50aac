// Whether a node should be asked, judged by the age of its replies: a machine without I/O, one for
// each node on each worker.
//
//   good      reads go there
//   suspect   no byte for 300 ms with work pending: reads go to other copies, its nil is not
//   trusted;
//             a PING decides
//   open      1 s: closed; nothing is sent but trials
//   half_open one PING, then 1 %, 10 %, 100 % of reads
// Any reply, also an error, is life. A command's timeout alone never opens it. After a stall of our
// own loop nothing is judged before the socket was read (the pipeline's clock tells).
// The breaker also follows latency: p99 of replies, for L2's budget and for hedging (p95).
// Thread rule: one worker.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/time.h"

namespace aside::redis {

enum class Health : std::uint8_t { good, suspect, open, half_open };

struct HealthOptions {
    Duration ping_idle = std::chrono::milliseconds(500);  // PING when nothing was heard for so long
    Duration ping_pending = std::chrono::milliseconds(100);  // or when the oldest request is older
    Duration suspect_after = std::chrono::milliseconds(300);
    Duration open_after = std::chrono::seconds(1);
    Duration trial_every = std::chrono::milliseconds(500);
    Duration step = std::chrono::milliseconds(500);  // between 1 %, 10 % and 100 %
};

class NodeHealth {
  public:
    explicit NodeHealth(HealthOptions options = {}) : options_(options) {}

    Health health() const { return health_; }
    // May this read go there? Draws in half_open.
    bool admits(Random& random, SteadyTime now);

    void heard(SteadyTime now);            // a reply
    void replied_after(Duration latency);  // of a read
    // `oldest_sent`: of what is under way there (kNever: nothing). Gives what to do.
    enum class Action : std::uint8_t { none, ping, close };
    Action tick(SteadyTime oldest_sent, SteadyTime now);
    void connected(SteadyTime now);  // a new session, its handshake answered
    void not_now(SteadyTime until);  // LOADING, BUSY: good, but not for reads yet

    Duration p95() const;
    Duration p99() const;

  private:
    HealthOptions options_;
    Health health_ = Health::good;
};

}  // namespace aside::redis
