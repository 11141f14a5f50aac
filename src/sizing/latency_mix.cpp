#include "sizing/latency_mix.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace aside::sizing {

namespace {

constexpr double kSigmasToP99 = 2.3263478740408408;
constexpr double kLeastMs = 1e-4, kMostMs = 1e6;
constexpr int kHalvings = 100;
constexpr int kSteps = 800;  // of which the mean is made

double normal_below(double sigmas) {
    return std::erfc(-sigmas / std::numbers::sqrt2) / 2;
}

double within(const StepTime& time, double ms) {
    if (time.p99_ms <= time.median_ms) return ms >= time.median_ms ? 1 : 0;
    const double sigma = std::log(time.p99_ms / time.median_ms) / kSigmasToP99;
    return normal_below(std::log(ms / time.median_ms) / sigma);
}

}  // namespace

LatencyMix::LatencyMix(std::vector<MixPart> parts, double values_per_request)
    : parts_(std::move(parts)), values_(std::max(values_per_request, 1.0)) {}

double LatencyMix::answered_within(double ms) const {
    double one = 0;
    for (const MixPart& part : parts_) one += part.share * within(part.time, ms);
    return std::pow(std::clamp(one, 0.0, 1.0), values_);
}

double LatencyMix::quantile_ms(double part) const {
    double low = kLeastMs, high = kMostMs;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = std::sqrt(low * high);
        (answered_within(middle) < part ? low : high) = middle;
    }
    return high;
}

double LatencyMix::mean_ms() const {
    // What is not answered yet, over all of the time.
    double sum = kLeastMs, before = kLeastMs;
    for (int i = 1; i <= kSteps; ++i) {
        const double at = kLeastMs * std::pow(kMostMs / kLeastMs, static_cast<double>(i) / kSteps);
        sum += (at - before) * (1 - answered_within(std::sqrt(at * before)));
        before = at;
    }
    return sum;
}

}  // namespace aside::sizing
