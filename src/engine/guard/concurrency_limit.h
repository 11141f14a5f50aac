// How many attempts an origin may have at a time: found by trying, between a floor and a ceiling.
//
// The limit seeks the concurrency at which the origin's median latency is kTolerance times what it
// is without a queue. Why so: below it a fast origin is not used, above it requests only wait for
// each other there, where nobody can give them priorities. It is a gradient method in the line of
// TCP Vegas (Brakmo, Peterson 1994) and of gradient2 of Netflix's concurrency-limits, not an AIMD
// on errors alone, because a slow origin gives no errors until it is far too late. Throttling and
// failures lower the limit multiplicatively on top (AIMD), because an origin that sheds by rate
// stays quick.
//
// What is different here is where the latency "without a queue" comes from. gradient2 takes a long
// average, which a queue that stands for long becomes a part of; a minimum never learns that
// objects have become larger. So, like BBR (Cardwell et al. 2016), it is measured: a *probe* lets
// the attempts drain to a fraction, and looks at a cohort of those begun then. By Little's law
// (n = rate * latency) an origin that queues works as fast at the fraction as before, while one
// that is merely slow works less: so slowness is told from queueing, and a mere change of latency
// is undone, not taken for load. A probe is made when the latency has left the target by far, when
// it has fallen, and every kProbeEvery; it costs little, since at a third of the limit the origin
// is still nearly busy.
//
// The limit grows only while it is the limiter: a cohort counts as such if most of it began with
// the limit reached. Judged are cohorts of attempts that began after the last change, so that each
// change is seen before the next, and by all of their latencies, not by those of the quick ones
// that end first.
//
// Thread rule: one at a time (Guard's lock). No I/O, no clock. Units: attempts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error_meaning.h"
#include "base/time.h"

namespace aside::engine {

struct LimitOptions {
    std::uint32_t floor = 1;
    std::uint32_t ceiling = 64;  // and where it begins: what is configured holds until seen wrong
};

class ConcurrencyLimit {
  public:
    static constexpr double kTolerance = 2.0;
    static constexpr Duration kProbeEvery = std::chrono::seconds(3);

    explicit ConcurrencyLimit(LimitOptions options);

    struct Attempt {
        SteadyTime began{};
        std::uint32_t generation = 0;
        bool in_cohort = false;
    };
    Attempt begin(SteadyTime now);
    // How it ended, once; `none` when that says nothing.
    void note(const Attempt& attempt, SteadyTime now, HealthSign sign);
    // It holds nothing of the origin any more. Later than its note, if that was a timeout.
    void leave(SteadyTime now);
    // The process stood still until now: what began before says nothing any more.
    void thawed(SteadyTime now);

    std::uint32_t limit() const { return static_cast<std::uint32_t>(allowed_); }
    // The same, but while a probe holds it down what it is to be again.
    std::uint32_t settled() const {
        return static_cast<std::uint32_t>(probe_ ? probe_->resume : allowed_);
    }
    std::uint32_t in_flight() const { return in_flight_; }
    // The median latency without a queue; 0 when not known.
    Duration base() const { return base_; }
    // Of the last cohort; 0 before the first.
    Duration last_median() const { return last_median_; }

  private:
    struct Cohort {
        std::uint32_t size = 0;  // how many are looked at
        std::uint32_t begun = 0, noted = 0, at_limit = 0;
        Duration under_way{};  // of those not noted, the sum of when they began, from the first's
        std::vector<Duration> took;
    };
    struct Probe {
        double resume;     // the limit before it
        double full_rate;  // attempts per second while more were in flight
        SteadyTime began{};
        std::uint32_t left = 0;  // while it drained
        bool drained = false;
        bool routine = false;  // nothing gave reason for it
        bool again = false;    // the origin changed during the one before
    };

    void start_cohort(SteadyTime now);
    bool cohort_closed(SteadyTime now) const;
    bool cohort_complete(SteadyTime now) const;
    void judge(SteadyTime now);
    void judge_steady(SteadyTime now, Duration median);
    void judge_probe(SteadyTime now, Duration median);
    void learn_unlimited(Duration median);
    Probe from_here(SteadyTime now) const;
    void start_probe(SteadyTime now, double share, Probe probe);
    bool set_base(Duration measured);
    void allow(double limit);
    void grow(double factor, SteadyTime now);
    bool too_many_drops() const;
    void drop(SteadyTime now);

    const LimitOptions options_;
    double allowed_;
    std::uint32_t in_flight_ = 0;
    std::uint32_t peak_ = 0;  // of in_flight_ since the cohort began
    Duration base_{};
    Duration last_median_{};
    std::uint32_t generation_ = 0;
    SteadyTime changed_at_{};    // the limit; when the generation began
    SteadyTime cohort_began_{};  // its first attempt
    Cohort cohort_;
    std::uint32_t begun_ = 0, throttled_ = 0, failed_ = 0, left_ = 0;  // since then
    std::optional<Probe> probe_;
    SteadyTime probe_due_{};
    std::optional<SteadyTime> throttled_at_;
};

}  // namespace aside::engine
