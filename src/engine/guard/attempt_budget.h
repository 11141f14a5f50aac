// How many attempts loads may cost: one budget for retries and hedges together, so that trouble
// never multiplies what an origin is asked.
//
// Over the ten seconds that end with any second attempt there were at most `attempts_max` attempts
// per load, and of them at most `hedges_max` per load were hedges. The count is exact to the
// cautious side (recent_counts.h); nothing is saved up, and nothing is granted in advance: a load
// that comes alone is not retried. Backoff is full jitter ("Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015).
//
// Thread rule: one at a time.
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/guard/recent_counts.h"

namespace aside::engine {

struct BudgetOptions {
    double attempts_max = 1.2;
    double hedges_max = 0.05;
    Duration backoff_base = std::chrono::milliseconds(50);
    Duration backoff_max = std::chrono::seconds(2);
};

class AttemptBudget {
  public:
    static constexpr Duration kWindow = std::chrono::seconds(10);

    explicit AttemptBudget(BudgetOptions options) : options_(options) {}

    void load_begins(SteadyTime now) { counts_.add(now, kLoads); }
    // True: it is taken from the budget.
    bool take_retry(SteadyTime now) { return take(now, kRetries); }
    bool take_hedge(SteadyTime now) {
        const auto hedges = static_cast<double>(counts_.covering(now, kHedges) + 1);
        return hedges <= options_.hedges_max * loads(now) && take(now, kHedges);
    }
    // Before the n-th retry (from 0): uniform up to base * 2^n, `draw` being in [0, 1).
    Duration backoff(unsigned retries, double draw) const {
        const double cap = std::min(static_cast<double>(options_.backoff_max.count()),
                                    std::ldexp(static_cast<double>(options_.backoff_base.count()),
                                               static_cast<int>(std::min(retries, 30U))));
        return Duration(static_cast<Duration::rep>(cap * draw));
    }

  private:
    static constexpr double kRounding = 1e-12;  // 1.2 - 1 is a little less than 0.2
    enum Kind : std::uint8_t { kLoads, kRetries, kHedges, kKinds };

    double loads(SteadyTime now) { return static_cast<double>(counts_.within(now, kLoads)); }
    bool take(SteadyTime now, Kind kind) {
        const auto extra = static_cast<double>(counts_.covering(now, kRetries) +
                                               counts_.covering(now, kHedges) + 1);
        if (extra > (options_.attempts_max - 1 + kRounding) * loads(now)) return false;
        counts_.add(now, kind);
        return true;
    }

    const BudgetOptions options_;
    RecentCounts<kKinds> counts_{kWindow};
};

}  // namespace aside::engine
