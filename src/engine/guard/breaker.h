// Sheds loads in proportion to how many attempts failed lately, instead of all or none.
//
// The chance to be shed is (attempts - K * good - allowance) / (attempts + 1), over a window; the
// form is that of client-side throttling (Google SRE book, chapter 21), with two differences. It
// counts attempts that were made, not requests that wished to: there a constant ratio of errors
// over 1 - 1/K drives the chance to one, so that a half-broken origin is no longer used, and
// requests shed long ago hold a recovered one back. Here the chance stays at the ratio of errors,
// and a few good probes end it. And a few failures are no evidence: `allowance` of them shed
// nothing.
//
// With K = 2 nothing is shed while half of the attempts are good. Loads that nobody waits for are
// shed earlier, by a smaller K. If nothing passed for kProbeEvery, one load does.
//
// Thread rule: one at a time.
#pragma once

#include <algorithm>

#include "engine/guard/recent_counts.h"

namespace aside::engine {

class Breaker {
  public:
    static constexpr Duration kWindow = std::chrono::seconds(5);
    static constexpr Duration kProbeEvery = std::chrono::milliseconds(200);
    static constexpr double kAllowance = 10;
    static constexpr double kClients = 2;        // K
    static constexpr double kBackground = 1.25;  // K of loads that nobody waits for

    void note(SteadyTime now, bool good) {
        counts_.add(now, kAttempts);
        if (good) counts_.add(now, kGood);
    }
    // The chance to be shed.
    double ratio(SteadyTime now, bool background = false) {
        const auto attempts = static_cast<double>(counts_.covering(now, kAttempts));
        const auto good = static_cast<double>(counts_.covering(now, kGood));
        const double k = background ? kBackground : kClients;
        return std::max(0.0, (attempts - k * good - kAllowance) / (attempts + 1));
    }
    // `draw` is in [0, 1). False: the load is shed.
    bool passes(SteadyTime now, bool background, double draw) {
        if (draw < ratio(now, background) && now - passed_at_ < kProbeEvery) return false;
        passed_at_ = now;
        return true;
    }

  private:
    enum Kind : std::uint8_t { kAttempts, kGood, kKinds };

    RecentCounts<kKinds> counts_{kWindow};
    SteadyTime passed_at_{};
};

}  // namespace aside::engine
