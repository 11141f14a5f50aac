// How fast this process may open connections: one token bucket for all nodes and workers, and the
// backoff of each link.
//
// A failed TLS handshake costs two tokens; a dial that was refused, which costs the other side one
// packet, kRefusedCost. Backoff is full jitter: uniform in [0, min(cap, base * 2^n)) ("Exponential
// Backoff And Jitter", AWS Architecture Blog, 2015). Thread rule: DialBudget from any thread;
// Backoff on its link's worker.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/mutex.h"
#include "base/random.h"
#include "base/time.h"

namespace aside::redis {

class DialBudget {
  public:
    static constexpr double kRefusedCost = 0.1;  // of a dial
    // At least a dial in a thousand seconds, and one at a time.
    DialBudget(double per_second, double burst)
        : per_second_(std::max(per_second, 0.001)), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

    // read_waits: a read waits for a connection that was there a moment ago. May go into debt, by
    // as much as the burst; those after it wait the longer. seeks: a read looks whether a node is
    // back. Leaves half of the burst to the others.
    enum class Haste : std::uint8_t { none, read_waits, seeks };
    // A token now, or when to come back (which is not a reservation).
    SteadyTime take(SteadyTime now, Haste haste = Haste::none);  // `now`: granted
    void charge(double tokens);                                  // an attempt turned out dearer
    void refused();                                              // or cheaper: nobody listens
    std::uint64_t dials() const;

  private:
    double least_for(Haste haste) const;

    const double per_second_;
    const double burst_;
    mutable Mutex mutex_;
    double tokens_ ASIDE_GUARDED_BY(mutex_);
    SteadyTime filled_at_ ASIDE_GUARDED_BY(mutex_){};
    std::uint64_t dials_ ASIDE_GUARDED_BY(mutex_) = 0;
};

struct BackoffOptions {
    Duration base = std::chrono::milliseconds(100);
    Duration cap = std::chrono::seconds(10);
    Duration long_floor = std::chrono::seconds(1);  // after max clients: at least this
};

class Backoff {
  public:
    explicit Backoff(BackoffOptions options) : options_(options) {}
    Duration next(Random& random);  // after one more failure
    // The server is full: uniform in [long_floor, 3 * long_floor) from the first failure on. How
    // often a process's links dial it together is their door's affair.
    Duration next_long(Random& random);
    void reset() { failures_ = 0; }  // after a session that proved good
    std::uint32_t failures() const { return failures_; }

  private:
    BackoffOptions options_;
    std::uint32_t failures_ = 0;
};

}  // namespace aside::redis
