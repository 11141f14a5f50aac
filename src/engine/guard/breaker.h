// Sheds loads in proportion to how many attempts failed lately, instead of all or none.
//
// The chance to be shed is (evidence - K * good) / (evidence + 1), where the evidence is the
// attempts of the last seconds but for a few (of the last half minute if those are not many), so
// that a handful of failures sheds nothing. The form is that of client-side throttling (Google SRE
// book, chapter 21), but counted are attempts that were made, not requests that wished to be. There
// a constant ratio of errors over 1 - 1/K drives the chance to one, so that an origin of which a
// third works is not used at all, and requests shed long ago hold a recovered one back. Here the
// chance follows the ratio of errors, and a few good probes end it.
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
    static constexpr Duration kLongWindow = std::chrono::seconds(30);
    static constexpr double kMany = 20;  // attempts; with fewer in the window, the long one counts
    static constexpr Duration kProbeEvery = std::chrono::milliseconds(200);
    static constexpr double kAllowance = 5;
    static constexpr double kClients = 2;        // K
    static constexpr double kBackground = 1.25;  // K of loads that nobody waits for

    void note(SteadyTime now, bool good) {
        for (auto* counts : {&counts_, &long_counts_}) {
            counts->add(now, kAttempts);
            if (good) counts->add(now, kGood);
        }
    }
    // The chance to be shed.
    double ratio(SteadyTime now, bool background = false) {
        const bool many = static_cast<double>(counts_.covering(now, kAttempts)) >= kMany;
        RecentCounts<kKinds>& counts = many ? counts_ : long_counts_;
        const auto attempts = static_cast<double>(counts.covering(now, kAttempts));
        const auto good = static_cast<double>(counts.covering(now, kGood));
        const double k = background ? kBackground : kClients;
        const double evidence = attempts - kAllowance;
        return evidence <= 0 ? 0 : std::max(0.0, (evidence - k * good) / (evidence + 1));
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
    RecentCounts<kKinds> long_counts_{kLongWindow};
    SteadyTime passed_at_{};
};

}  // namespace aside::engine
