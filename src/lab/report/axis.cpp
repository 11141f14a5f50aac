#include "lab/report/axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

namespace aside::lab::report {
namespace {

constexpr double kSmallestShown = 1e-100;  // nearer to each other values are one
constexpr int kTicks = 5;                  // of an upright axis, at most about
constexpr int kTicksAlong = 9;
constexpr int kDecadesWithSteps = 2;  // up to so many, 2 and 5 are ticks too
constexpr double kNearZero = 0.05;    // of an axis: then it may as well begin there
constexpr double kNearEnd = 0.02;
constexpr double kMinute = 60, kHour = 3600;
constexpr std::array<double, 16> kClockSteps{1,   2,   5,   10,   15,   30,   60,    120,
                                             300, 600, 900, 1800, 3600, 7200, 14400, 21600};

double power_of_ten(int exponent) {
    return std::pow(10.0, exponent);
}

// The least of 1, 2 and 5 times a power of ten that is no less than `least`, which is above 0.
double round_step(double least) {
    const int exponent = static_cast<int>(std::floor(std::log10(least)));
    for (const double step : {1.0, 2.0, 5.0, 10.0}) {
        const double value = step * power_of_ten(exponent);
        if (value >= least * (1 - 1e-9)) return value;
    }
    return power_of_ten(exponent + 1);
}

// The most of them that is no more.
double round_step_below(double most) {
    const int exponent = static_cast<int>(std::floor(std::log10(most)));
    for (const double step : {10.0, 5.0, 2.0}) {
        const double value = step * power_of_ten(exponent);
        if (value <= most * (1 + 1e-9)) return value;
    }
    return power_of_ten(exponent);
}

double clock_step(double least) {
    const auto* const step = std::ranges::lower_bound(kClockSteps, least);
    return least < 1 || step == kClockSteps.end() ? round_step(least / kHour) * kHour : *step;
}

std::string printed(double value, std::chars_format format, int digits) {
    std::array<char, 160> text{};
    const auto result =
        std::to_chars(text.data(), text.data() + text.size(), value, format, digits);
    return result.ec == std::errc() ? std::string(text.data(), result.ptr) : std::string();
}

// 1234567 -> 1,234,567
void group_thousands(std::string& number) {
    const auto whole = std::min(number.find('.'), number.size());
    const std::size_t first = number.starts_with('-') ? 1 : 0;
    for (std::size_t place = whole; place > first + 3;) number.insert(place -= 3, ",");
}

// `step` tells how many decimals neighbours need to differ.
std::string tick_label(double value, double step, double largest) {
    constexpr std::array<std::pair<double, const char*>, 4> kSuffixes{
        {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1, ""}}};
    if (largest >= 1e15 || step < 1e-4) return printed(value, std::chars_format::scientific, 0);
    if (value == 0) return "0";
    const auto* const suffix = std::ranges::find_if(kSuffixes, [largest](const auto& entry) {
        return largest >= entry.first || entry.first == 1;
    });
    const double scaled_step = step / suffix->first;
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(scaled_step) - 1e-9)));
    std::string label = printed(value / suffix->first, std::chars_format::fixed, decimals);
    group_thousands(label);
    return label + suffix->second;
}

}  // namespace

void Extent::add(double value) {
    least = empty ? value : std::min(least, value);
    most = empty ? value : std::max(most, value);
    empty = false;
}

Axis Axis::linear(Extent extent) {
    extent.add(0);
    if (extent.most - extent.least < kSmallestShown) extent.most = 1;
    Axis axis;
    const double step = round_step((extent.most - extent.least) / kTicks);
    axis.begin_ = std::floor(extent.least / step + 1e-9) * step;
    axis.end_ = std::ceil(extent.most / step - 1e-9) * step;
    axis.tick_every(step, 1);
    return axis;
}

Axis Axis::logarithmic(Extent extent) {
    Axis axis;
    axis.logarithmic_ = true;
    if (extent.empty) extent = {.least = 1, .most = 1, .empty = false};
    axis.begin_ = round_step_below(extent.least);
    axis.end_ = round_step(extent.most);
    if (axis.end_ <= axis.begin_ * 1.5) axis.end_ = round_step(axis.begin_ * 1.5);
    const int first = static_cast<int>(std::floor(std::log10(axis.begin_) + 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(axis.end_) + 1e-9));
    const int every = std::max(1, (last - first + kTicks) / (kTicks + 2));
    for (int decade = first; decade <= last; decade += every) {
        for (const double multiple : {1.0, 2.0, 5.0}) {
            if (multiple > 1 && last - first > kDecadesWithSteps) break;
            const double value = multiple * power_of_ten(decade);
            if (value < axis.begin_ * (1 - 1e-9) || value > axis.end_ * (1 + 1e-9)) continue;
            axis.ticks_.push_back({value, tick_label(value, power_of_ten(decade), value)});
        }
    }
    return axis;
}

Axis Axis::along(Extent extent, std::string label) {
    Axis axis;
    axis.label_ = std::move(label);
    if (extent.empty) extent = {.least = 0, .most = 1, .empty = false};
    const double scale = std::max(std::abs(extent.least), std::abs(extent.most));
    if (extent.most - extent.least < std::max(kSmallestShown, scale * 1e-12)) {
        const double around = std::max(1.0, scale * 1e-6);
        extent.least -= around / 2;
        extent.most += around / 2;
    }
    const bool near_zero = extent.least > 0 && extent.least < extent.most * kNearZero;
    axis.begin_ = near_zero ? 0 : extent.least;
    axis.end_ = extent.most;
    const double least = (axis.end_ - axis.begin_) / kTicksAlong;
    const bool is_time = axis.label_ == "seconds" && least > 1;
    const double step = is_time ? clock_step(least) : round_step(least);
    double unit = 1;
    if (is_time && step >= kMinute) {
        unit = step >= kHour ? kHour : kMinute;
        axis.label_ = step >= kHour ? "hours" : "minutes";
    }
    // A tick that is nearly reached is: 0 to 599 s is ten minutes.
    const double next = std::ceil(axis.end_ / step - 1e-6) * step;
    if (next - axis.end_ < (axis.end_ - axis.begin_) * kNearEnd)
        axis.end_ = std::max(axis.end_, next);
    axis.tick_every(step, unit);
    return axis;
}

void Axis::tick_every(double step, double unit) {
    const double largest = std::max(std::abs(begin_), std::abs(end_)) / unit;
    const double slack = step * 1e-6;
    const double first = std::ceil((begin_ - slack) / step);
    for (int i = 0; i <= 2 * kTicksAlong; ++i) {
        const double value = (first + i) * step;
        if (value > end_ + slack) break;
        ticks_.push_back({value, tick_label(value / unit, step / unit, largest)});
    }
}

double Axis::place(double value) const {
    if (logarithmic_) return std::log(value / begin_) / std::log(end_ / begin_);
    return (value - begin_) / (end_ - begin_);
}

bool Axis::shows(double value) const {
    if (!std::isfinite(value) || std::abs(value) > kLargestShown) return false;
    return !logarithmic_ || value >= kSmallestShown;
}

}  // namespace aside::lab::report
