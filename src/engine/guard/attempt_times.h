// How long an attempt may take before it is given up, and when a second one may be sent beside it:
// both follow what attempts took lately.
//
// The timeout is four times the 99th percentile, within bounds: an attempt that takes longer is
// lost, not slow. It is for what hangs (a connection that died without a word), so its floor is
// generous: an origin that becomes slow must be waited for, or every answer would be thrown away
// that it gives. One that is given up counts as twice as long, so that the timeout follows an
// origin that is slower than it. A hedge goes out after the 95th percentile (Dean, Barroso: "The
// Tail at Scale", 2013). Before kEnough were seen the timeout is its ceiling, and nothing is
// hedged.
//
// Thread rule: one at a time.
#pragma once

#include <algorithm>
#include <optional>

#include "engine/guard/latency_quantiles.h"

namespace aside::engine {

struct AttemptTimeOptions {
    Duration timeout_min = std::chrono::milliseconds(500);
    Duration timeout_max = std::chrono::seconds(5);  // and until enough is known
};

class AttemptTimes {
  public:
    static constexpr std::uint64_t kEnough = 50;
    static constexpr int kTimeoutFactor = 4;
    static constexpr Duration kHedgeAfterMin = std::chrono::milliseconds(1);

    explicit AttemptTimes(AttemptTimeOptions options)
        : options_(options), timeout_(options.timeout_max) {}

    void answered(Duration took) {
        took_.note(took);
        follow();
    }
    void given_up(Duration after) {
        took_.note(2 * after);
        follow();
    }

    Duration timeout() const { return timeout_; }
    std::optional<Duration> hedge_after() const {
        if (took_.seen() < kEnough) return std::nullopt;
        return hedge_after_;
    }
    // Half of the attempts take no longer; 0 when nothing is known.
    Duration typical() const { return typical_; }

  private:
    static constexpr std::uint64_t kFollowEvery = 16;

    void follow() {
        if (took_.seen() % kFollowEvery != 0 && took_.seen() > kEnough) return;
        typical_ = took_.quantile(0.5);
        hedge_after_ = std::max(took_.quantile(0.95), kHedgeAfterMin);
        if (took_.seen() < kEnough) return;
        timeout_ =
            std::clamp(kTimeoutFactor * took_.quantile(0.99),
                       std::min(options_.timeout_min, options_.timeout_max), options_.timeout_max);
    }

    const AttemptTimeOptions options_;
    LatencyQuantiles took_;
    Duration typical_{}, hedge_after_{}, timeout_;
};

}  // namespace aside::engine
