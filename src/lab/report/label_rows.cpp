#include "lab/report/label_rows.h"

#include <algorithm>

namespace aside::lab::report {
namespace {

constexpr double kApart = 10;

}  // namespace

void LabelRows::keep_free(double until) {
    if (ends_.empty()) ends_.push_back(0);
    ends_.front() = std::max(ends_.front(), until + kApart);
}

LabelRows::Place LabelRows::place(double from, double width) {
    const double x = std::max(left_, std::min(from, right_ - width));
    std::size_t row = 0;
    while (row < ends_.size() && ends_[row] > x) ++row;
    if (row == ends_.size()) ends_.push_back(0);
    ends_[row] = x + width + kApart;
    return {.x = x, .row = row};
}

}  // namespace aside::lab::report
