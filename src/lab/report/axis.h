// A chart's axis: its range, where a value stands on it, and ticks at round numbers: 1, 2 and 5
// times powers of ten, and for time those of a clock.
//
// Thread rule: plain values. What is larger than kLargestShown is no value to an axis.
#pragma once

#include <string>
#include <vector>

namespace aside::lab::report {

inline constexpr double kLargestShown = 1e100;

struct Tick {
    double value = 0;
    std::string label;
};

// The least and the most of what was added.
struct Extent {
    double least = 0, most = 0;
    bool empty = true;

    void add(double value);
};

class Axis {
  public:
    static Axis linear(Extent extent);       // holds 0, ends at round numbers
    static Axis logarithmic(Extent extent);  // of values above 0
    // Ends where the values do, but begins at 0 and ends at a tick when that is near. Seconds
    // become minutes or hours where they are many.
    static Axis along(Extent extent, std::string label);

    // 0 at the beginning, 1 at the end, beyond them for what is out of range.
    double place(double value) const;
    bool shows(double value) const;  // a number, and above 0 on a logarithmic scale
    const std::vector<Tick>& ticks() const { return ticks_; }
    const std::string& label() const { return label_; }

  private:
    void tick_every(double step, double unit);

    double begin_ = 0, end_ = 1;
    bool logarithmic_ = false;
    std::vector<Tick> ticks_;
    std::string label_;
};

}  // namespace aside::lab::report
