#include "redis/link/latency_breaker.h"

#include <algorithm>

namespace aside::redis {

namespace {

constexpr std::int32_t kAverageOver = 16;  // attempts
// What was seen before a pause of this length says nothing any more.
constexpr Duration kForgetAfter = std::chrono::seconds(2);
constexpr Duration kPeriod = std::chrono::milliseconds(250);  // of mean latencies
constexpr Duration kRecent = std::chrono::seconds(1);
constexpr std::uint32_t kPeriodMin = 4;  // latencies that make a mean worth learning
constexpr int kUsualOver = 64;           // periods: what is usual changes within a quarter minute
// A probe that gets no answer is given up on, and another is sent.
constexpr Duration kProbeLost = std::chrono::seconds(2);
constexpr std::uint32_t kTrialLateMax = 2;
// Quick for so long: the next time is not the same trouble still.
constexpr Duration kForgiven = std::chrono::seconds(10);

}  // namespace

std::string_view name_of(Pace pace) {
    constexpr std::string_view kNames[] = {"quick", "slow", "trial"};
    return kNames[static_cast<std::size_t>(pace)];
}

bool LatencyBreaker::admits(Random& random) const {
    switch (pace_) {
        case Pace::quick:
            return true;
        case Pace::slow:
            return false;
        case Pace::trial:
            break;
    }
    return tenth_ ? random.chance(1, 10) : random.chance(1, 100);
}

void LatencyBreaker::replied(Duration latency, SteadyTime now) {
    period_sum_ += latency;
    ++period_count_;
    attempt(latency > late_after_, now);
}

// Whether it would have been in time is not known before late_after() is over.
void LatencyBreaker::gave_up(Duration waited, SteadyTime now) {
    if (waited > late_after_) attempt(true, now);
}

void LatencyBreaker::probe_replied(Duration latency, SteadyTime now) {
    probe_under_way_ = false;
    const bool late = latency > late_after_;
    prompt_probes_ = late ? 0 : prompt_probes_ + 1;
    if (pace_ == Pace::trial) attempt(late, now);
}

void LatencyBreaker::forget_if_old(SteadyTime now) {
    if (now - last_attempt_ <= kForgetAfter) return;
    share_late_ = 0;
    mostly_since_ = kNever;
}

void LatencyBreaker::attempt(bool late, SteadyTime now) {
    if (pace_ == Pace::trial) {
        (late ? step_late_ : step_prompt_) += 1;
        return;
    }
    if (pace_ == Pace::slow) return;  // what was asked before
    forget_if_old(now);
    last_attempt_ = now;
    share_late_ += ((late ? kAll : 0) - share_late_) / kAverageOver;
    if (share_late_ <= kMost) {
        mostly_since_ = kNever;
    } else if (mostly_since_ == kNever) {
        mostly_since_ = now;
    }
}

bool LatencyBreaker::tick(Duration oldest, SteadyTime now) {
    oldest_ = oldest;
    ticked_at_ = now;
    const Duration spacing = pace_ == Pace::trial ? late_after_ : Duration::zero();
    if (oldest > late_after_ && now - voted_at_ >= spacing) {
        voted_at_ = now;
        attempt(true, now);
    }
    if (now - period_began_ >= kPeriod) close_period(now);
    forget_if_old(now);
    switch (pace_) {
        case Pace::quick:
            if (mostly_since_ != kNever && now - mostly_since_ >= options_.lasts) slow_down(now);
            break;
        case Pace::slow:
            if (prompt_probes_ >= options_.probes_wanted && now >= trial_at_) set_trial(true, now);
            break;
        case Pace::trial:
            judge_trial(now);
            break;
    }
    return probe_due(now);
}

void LatencyBreaker::thawed(SteadyTime now) {
    forget_if_old(now);
    if (mostly_since_ != kNever) mostly_since_ = now;
    period_sum_ = {};
    period_count_ = 0;
    period_began_ = now;
    probe_under_way_ = false;
    if (pace_ == Pace::trial) set_trial(!tenth_, now);
}

bool LatencyBreaker::probe_due(SteadyTime now) {
    if (pace_ == Pace::quick) return false;
    const Duration since = now - probed_at_;
    if (since < (probe_under_way_ ? kProbeLost : options_.probe_every)) return false;
    probed_at_ = now;
    probe_under_way_ = true;
    return true;
}

void LatencyBreaker::judge_trial(SteadyTime now) {
    if (step_late_ > kTrialLateMax && step_late_ > step_prompt_) return slow_down(now);
    if (now - step_began_ < options_.step) return;
    if (step_late_ >= step_prompt_) return slow_down(now);
    if (!tenth_) return set_trial(false, now);
    pace_ = Pace::quick;
    quick_since_ = last_attempt_ = now;
    share_late_ = 0;
    mostly_since_ = kNever;
}

void LatencyBreaker::slow_down(SteadyTime now) {
    const bool again = pace_ == Pace::trial || now - quick_since_ < kForgiven;
    const bool first = slow_for_ == Duration::zero() || !again;
    slow_for_ = first ? options_.slow_min : std::min(2 * slow_for_, options_.slow_max);
    pace_ = Pace::slow;
    trial_at_ = now + slow_for_;
    prompt_probes_ = 0;
}

void LatencyBreaker::set_trial(bool first, SteadyTime now) {
    pace_ = Pace::trial;
    tenth_ = !first;
    step_began_ = now;
    step_prompt_ = step_late_ = 0;
}

// Only what the node does when it is well is usual; of a node that was just met not more than the
// least is believed.
void LatencyBreaker::close_period(SteadyTime now) {
    if (period_count_ > 0) {
        const Duration mean = period_sum_ / period_count_;
        recent_ = mean;
        recent_at_ = now;
        if (usual_ == kUnknown) usual_ = std::min(mean, options_.late_min);
        const bool well = !strained() && mean <= allowance(usual_);
        if (well && period_count_ >= kPeriodMin) usual_ += (mean - usual_) / kUsualOver;
    }
    period_sum_ = {};
    period_count_ = 0;
    period_began_ = now;
}

Duration LatencyBreaker::present(SteadyTime now) const {
    const bool known = recent_ != kUnknown && now - recent_at_ < kRecent;
    if (!known) return kUnknown;
    return now - ticked_at_ < kPeriod ? std::max(recent_, oldest_) : recent_;
}

void LatencyBreaker::compare(Duration quickest_peer) {
    Duration usual = usual_ == kUnknown ? options_.late_min : usual_;
    if (quickest_peer != kUnknown) usual = std::max(usual, quickest_peer);
    late_after_ = allowance(usual);
}

Duration LatencyBreaker::allowance(Duration usual) const {
    return std::max(options_.late_min, options_.late_times * usual);
}

}  // namespace aside::redis
