#include "engine/guard/concurrency_limit.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace aside::engine {

namespace {

// A cohort is twice the limit, within these: small enough to be quick, large enough for a median.
constexpr std::uint32_t kCohortMin = 32;
constexpr std::uint32_t kCohortMax = 64;
constexpr std::uint32_t kProbeCohortMin = 40;
constexpr std::uint32_t kProbeCohortMax = 96;
// It takes no more in after so long, if it has a few. Judged when all but a tenth have ended.
constexpr Duration kCohortTime = std::chrono::milliseconds(500);
constexpr double kCohortPart = 0.9;
constexpr std::uint32_t kFew = 8;
// Looked at before it is complete, each time so many more have ended: is it far off?
constexpr std::uint32_t kAlarmEvery = 16;
constexpr double kAlarm = 2.0;  // times the target

// How far the median may be off the target before more than a correction is needed.
constexpr double kFarOff = 1.5;
// Of a small deviation, in the logarithm, each cohort takes back so much.
constexpr double kCorrection = 0.25;
constexpr double kGrowthMax = 2.0;
constexpr double kCutMax = 1.0 / 3;

// A probe goes down to so much, and by evidence to an eighth.
constexpr double kProbeShare = 0.25;
constexpr double kAgainShare = 0.5;
constexpr double kProbeShareMin = 1.0 / 8;
// By Little's law, how much more than n attempts the origin had use for. Over this there was no
// queue.
constexpr double kNoQueue = 1.4;
constexpr double kChanging = 1.6;
// Probes of a slow origin take long: they are the rarer.
constexpr int kProbePause = 100;  // times the latency
constexpr double kBaseFell = 0.75;

// So much throttling lowers the limit. Failures do only if they are the rule: an origin that breaks
// some loads at random works no better for being asked less.
constexpr std::uint32_t kThrottledFew = 2;
constexpr double kThrottledPart = 0.05;
constexpr std::uint32_t kFailedFew = 4;
constexpr double kFailedPart = 0.5;
constexpr double kDropFactor = 0.7;
constexpr Duration kCautious = std::chrono::seconds(10);  // after throttling
constexpr double kCautiousGrowth = 0.1;

Duration median_of(std::span<const Duration> all) {
    std::vector<Duration> took(all.begin(), all.end());
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::ranges::nth_element(took, middle);
    return std::max(*middle, Duration(1));
}

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

double mean_seconds(std::span<const Duration> took) {
    double sum = 0;
    for (const Duration one : took) sum += seconds(one);
    return sum / static_cast<double>(took.size());
}

double ratio(Duration a, Duration b) {
    return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(LimitOptions options)
    : options_{std::max(options.floor, 1U), std::max({options.ceiling, options.floor, 1U})},
      allowed_(options_.ceiling) {
    cohort_.took.reserve(kProbeCohortMax);
    start_cohort({});
}

ConcurrencyLimit::Attempt ConcurrencyLimit::begin(SteadyTime now) {
    ++in_flight_;
    ++begun_;
    peak_ = std::max(peak_, in_flight_);
    Attempt attempt{.began = now, .generation = generation_};
    if (!cohort_closed(now)) {
        if (cohort_.begun++ == 0) cohort_began_ = now;
        attempt.in_cohort = true;
        cohort_.under_way += now - cohort_began_;
        if (in_flight_ >= limit()) ++cohort_.at_limit;
    }
    return attempt;
}

void ConcurrencyLimit::note(const Attempt& attempt, SteadyTime now, HealthSign sign) {
    if (attempt.generation != generation_) return;
    if (sign == HealthSign::throttled) ++throttled_;
    if (sign == HealthSign::failed) ++failed_;
    if (attempt.in_cohort) {
        ++cohort_.noted;
        cohort_.under_way -= attempt.began - cohort_began_;
        if (sign == HealthSign::answered) cohort_.took.push_back(now - attempt.began);
    }
    if (too_many_drops()) {
        drop(now);
    } else if (cohort_complete(now)) {
        judge(now);
    }
}

void ConcurrencyLimit::leave(SteadyTime now) {
    --in_flight_;
    ++left_;
    if (!probe_ || probe_->drained) return;
    ++probe_->left;
    // With fewer than half of them in flight it might no longer be busy.
    if (in_flight_ > std::max<double>(limit(), probe_->resume / 2)) return;
    probe_->drained = true;
    const Duration took = now - probe_->began;
    if (probe_->left >= kFew && took > Duration{}) probe_->full_rate = probe_->left / seconds(took);
}

void ConcurrencyLimit::thawed(SteadyTime now) {
    if (probe_) allow(std::exchange(probe_, std::nullopt)->resume);
    start_cohort(now);
}

void ConcurrencyLimit::start_cohort(SteadyTime now) {
    ++generation_;
    changed_at_ = cohort_began_ = now;
    peak_ = in_flight_;
    begun_ = throttled_ = failed_ = left_ = 0;
    cohort_.begun = cohort_.noted = cohort_.at_limit = 0;
    cohort_.under_way = {};
    cohort_.took.clear();
    cohort_.size = probe_ ? std::clamp(3 * limit(), kProbeCohortMin, kProbeCohortMax)
                          : std::clamp(2 * limit(), kCohortMin, kCohortMax);
}

bool ConcurrencyLimit::cohort_closed(SteadyTime now) const {
    return cohort_.begun >= cohort_.size ||
           (cohort_.begun >= kFew && now - cohort_began_ >= kCohortTime);
}

bool ConcurrencyLimit::cohort_complete(SteadyTime now) const {
    if (cohort_closed(now) && cohort_.noted >= kCohortPart * cohort_.begun) return true;
    const auto count = static_cast<std::uint32_t>(cohort_.took.size());
    if (count < kFew) return false;
    return !probe_ && base_ > Duration{} && count % kAlarmEvery == 0 &&
           ratio(median_of(cohort_.took), base_) > kTolerance * kAlarm;
}

void ConcurrencyLimit::judge(SteadyTime now) {
    if (cohort_.took.size() < kFew) return start_cohort(now);  // most failed: it tells nothing
    // Those that have not ended yet took long: they are not left out, for the median of the quick
    // ones would be too low.
    const std::uint32_t late = cohort_.begun - cohort_.noted;
    if (late > 0 && cohort_closed(now)) {
        const Duration so_far = now - cohort_began_ - cohort_.under_way / late;
        cohort_.took.insert(cohort_.took.end(), late, so_far);
    }
    last_median_ = median_of(cohort_.took);
    if (probe_) {
        judge_probe(now, last_median_);
    } else {
        judge_steady(now, last_median_);
    }
    start_cohort(now);
}

void ConcurrencyLimit::judge_steady(SteadyTime now, Duration median) {
    if (2 * cohort_.at_limit < cohort_.begun) {  // something else limits: nothing is to be changed
        if (3 * peak_ <= limit() || base_ == Duration{}) learn_unlimited(median);
        return;
    }
    if (base_ == Duration{}) return start_probe(now, kProbeShare, from_here(now));
    const double gradient = kTolerance / ratio(median, base_);
    if (gradient < 1 / kFarOff) {
        start_probe(now, std::clamp(gradient, kProbeShareMin, kProbeShare), from_here(now));
    } else if (ratio(median, base_) < kBaseFell) {
        start_probe(now, kProbeShare, from_here(now));
    } else if (gradient > kFarOff) {
        grow(std::min(gradient, kGrowthMax), now);
    } else if (now >= probe_due_ && (allowed_ < options_.ceiling || gradient < 1)) {
        Probe probe = from_here(now);
        probe.routine = true;
        start_probe(now, kProbeShare, probe);
    } else {
        grow(std::pow(gradient, kCorrection), now);
    }
}

// Few are in flight: what they take is the latency without a queue.
void ConcurrencyLimit::learn_unlimited(Duration median) {
    if (base_ == Duration{}) {
        base_ = median;
        return;
    }
    const double change = std::clamp(ratio(median, base_), 0.9, 1.1);
    base_ = Duration(static_cast<Duration::rep>(static_cast<double>(base_.count()) * change));
}

ConcurrencyLimit::Probe ConcurrencyLimit::from_here(SteadyTime now) const {
    const Duration span = now - changed_at_;
    return {.resume = allowed_, .full_rate = span > Duration{} ? left_ / seconds(span) : 0};
}

void ConcurrencyLimit::start_probe(SteadyTime now, double share, Probe probe) {
    const double wanted = std::max<double>(options_.floor, std::floor(allowed_ * share));
    if (wanted > allowed_ * 0.75) {  // the floor: there is nothing below it to compare with
        set_base(last_median_);
        probe_due_ = now + std::max(kProbeEvery, kProbePause * base_);
        return allow(probe.resume);
    }
    probe.began = now;
    probe_ = probe;
    allow(wanted);
}

void ConcurrencyLimit::judge_probe(SteadyTime now, Duration median) {
    const Probe probe = *probe_;
    probe_.reset();
    if (2 * cohort_.at_limit < cohort_.begun) {  // the demand has gone meanwhile
        learn_unlimited(median);
        return allow(probe.resume);
    }
    const std::span<const Duration> took(cohort_.took);
    const double mean = mean_seconds(took);
    const double drift =
        ratio(median_of(took.subspan(took.size() / 2)), median_of(took.first(took.size() / 2)));
    const double use_for = mean * probe.full_rate;  // attempts; Little's law
    // The origin changes while it is looked at: what was measured before says nothing.
    const bool changing = std::max(drift, 1 / drift) > kChanging ||
                          use_for > kChanging * probe.resume ||
                          (probe.routine && ratio(median, base_) > kFarOff);
    if (changing && !probe.again) {
        const double now_rate = limit() / mean;
        return start_probe(now, kAgainShare,
                           {.resume = probe.resume, .full_rate = now_rate, .again = true});
    }
    const Duration before = base_;
    const bool queued = use_for < kNoQueue * limit();
    // Until a probe without a queue has confirmed what the last one found, the next one is due.
    bool confirmed = false;
    if (!queued || before == Duration{} || median < before) confirmed = set_base(median) && !queued;
    probe_due_ = confirmed ? now + std::max(kProbeEvery, kProbePause * base_) : now;
    if (queued) {
        allow(limit() * std::max(kTolerance / ratio(median, base_), kCutMax));
    } else {
        allow(probe.resume);
    }
}

// A measurement near what is known refines it (true); another one replaces it.
bool ConcurrencyLimit::set_base(Duration measured) {
    const bool near =
        base_ > Duration{} && ratio(measured, base_) < kFarOff && ratio(base_, measured) < kFarOff;
    base_ = near ? (base_ + measured) / 2 : measured;
    return near;
}

void ConcurrencyLimit::grow(double factor, SteadyTime now) {
    double wanted = allowed_ * factor;
    if (throttled_at_ && now - *throttled_at_ < kCautious)
        wanted = std::min(wanted, allowed_ + std::max(1.0, allowed_ * kCautiousGrowth));
    allow(wanted);
}

void ConcurrencyLimit::allow(double limit) {
    allowed_ = std::clamp<double>(limit, options_.floor, options_.ceiling);
}

bool ConcurrencyLimit::too_many_drops() const {
    return (throttled_ >= kThrottledFew && throttled_ >= kThrottledPart * begun_) ||
           (failed_ >= kFailedFew && failed_ >= kFailedPart * begun_);
}

void ConcurrencyLimit::drop(SteadyTime now) {
    if (throttled_ > 0) throttled_at_ = now;
    probe_.reset();
    // Of what was used, not of what would have been allowed.
    allow(std::min<double>(allowed_, peak_) * kDropFactor);
    start_cohort(now);
}

}  // namespace aside::engine
