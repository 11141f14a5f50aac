// Whether a node is slow: a machine without I/O, one for each node on each worker. Slow is not
// dead: the connection stays, and the node is still asked where nobody else can answer.
//
//   quick  reads go there
//   slow   reads go to the slot's other copies first; PINGs are timed
//   trial  1 %, then 10 % of reads go there first, the PINGs going on; then it is quick
//
// The rule. An attempt (a read, a timed PING) is late when its answer takes longer than
// late_after(): four times the node's usual latency, but not less than 25 ms (half of the least
// budget of a read: then a second copy is asked anyway). While all nodes are late at once, it is
// not this node that is slow but something near us: so the latency of the quickest peer at the
// moment counts as usual too; of a node that was just met 25 ms are taken for usual. A reply that
// is overdue is late before it comes: the age of the oldest is an attempt at each tick (in a trial,
// where attempts are few: one in each late_after()). The node is slow when more than half of the
// latest attempts (moving average over about 16) were late, for 100 ms on end: most, so that one
// large value does not do it; the latest sixteen, so that it works at 5 reads a second and at
// 50,000; on end, because at 50,000 a pause of 30 ms makes a thousand attempts late. From a quarter
// on the node is strained: it still gets its reads, but no fills. Three prompt PINGs in a row begin
// a trial; one whose attempts are late is given up at once, and the next has to wait twice as long,
// up to 10 s: a node that has the bandwidth for a tenth of its reads and not for all is asked for
// all of them ever more seldom.
//
// What our own loop's standing still adds to a latency is to be taken off before it is told, and no
// tick may be given right after a stall: see loop_stalls.h.
// Thread rule: one worker. Source: the classic circuit breaker (Nygard, "Release It!"), judged by
// latency; DESIGN "Clocks".
#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace aside::redis {

enum class Pace : std::uint8_t { quick, slow, trial };
std::string_view name_of(Pace pace);

struct LatencyBreakerOptions {
    Duration late_min = std::chrono::milliseconds(25);
    std::int64_t late_times = 4;                      // of what is usual
    Duration lasts = std::chrono::milliseconds(100);  // mostly late for so long: slow
    Duration probe_every = std::chrono::milliseconds(100);
    std::uint32_t probes_wanted = 3;                     // prompt ones in a row
    Duration slow_min = std::chrono::milliseconds(500);  // before a trial; doubles
    Duration slow_max = std::chrono::seconds(10);
    Duration step = std::chrono::milliseconds(500);  // between 1 %, 10 % and 100 %
};

class LatencyBreaker {
  public:
    explicit LatencyBreaker(LatencyBreakerOptions options = {}) : options_(options) {}

    Pace pace() const { return pace_; }
    bool strained() const { return pace_ != Pace::quick || share_late_ > kStrained; }
    // May this read go there first? Draws in a trial.
    bool admits(Random& random) const;
    Duration late_after() const { return late_after_; }

    // --- What was seen.
    void replied(Duration latency, SteadyTime now);
    void gave_up(Duration waited, SteadyTime now);  // its budget is used up
    void probe_replied(Duration latency, SteadyTime now);
    // Every 10 ms or so while anything is under way or pace() is not quick. `oldest`: the age of
    // the oldest reply that is due. True: send a PING and time it.
    bool tick(Duration oldest, SteadyTime now);
    // This process stood still until now: what lasted through that has only just begun.
    void thawed(SteadyTime now);

    // --- Among its peers.
    static constexpr Duration kUnknown = Duration::max();
    Duration present(SteadyTime now) const;  // its latency of late, or kUnknown
    void compare(Duration quickest_peer);    // kUnknown: there is none

  private:
    static constexpr std::int32_t kAll = 1 << 16;
    static constexpr std::int32_t kMost = kAll / 2;
    static constexpr std::int32_t kStrained = kAll / 4;

    void attempt(bool late, SteadyTime now);
    void forget_if_old(SteadyTime now);
    void judge_trial(SteadyTime now);
    void close_period(SteadyTime now);
    Duration allowance(Duration usual) const;
    void slow_down(SteadyTime now);
    void set_trial(bool first, SteadyTime now);
    bool probe_due(SteadyTime now);

    LatencyBreakerOptions options_;
    Pace pace_ = Pace::quick;
    bool tenth_ = false;           // of a trial: 10 %
    std::int32_t share_late_ = 0;  // of kAll
    SteadyTime mostly_since_ = kNever;
    SteadyTime last_attempt_{};
    Duration late_after_ = kUnknown;  // nothing is late before it was compared

    // Latencies of the period that runs, and what came of those before.
    Duration period_sum_{};
    std::uint32_t period_count_ = 0;
    SteadyTime period_began_{};
    Duration usual_ = kUnknown;
    Duration recent_ = kUnknown;
    SteadyTime recent_at_{};
    Duration oldest_{};
    SteadyTime ticked_at_{};
    SteadyTime voted_at_{};  // last, by the age of the oldest

    // While it is not quick.
    Duration slow_for_{};  // how long before the next trial
    SteadyTime trial_at_{};
    SteadyTime quick_since_{};
    SteadyTime probed_at_{};
    bool probe_under_way_ = false;
    std::uint32_t prompt_probes_ = 0;
    SteadyTime step_began_{};
    std::uint32_t step_prompt_ = 0, step_late_ = 0;
};

}  // namespace aside::redis
