// Where labels over a plot go so that none meets another: in rows, the first next to the plot.
//
// Thread rule: one owner. Units: those of the drawing.
#pragma once

#include <cstddef>
#include <vector>

namespace aside::lab::report {

class LabelRows {
  public:
    LabelRows(double left, double right) : left_(left), right_(right) {}

    // The first row's beginning, up to here, is taken.
    void keep_free(double until);

    struct Place {
        double x = 0;  // where the label begins
        std::size_t row = 0;
    };
    // From where the thing that it labels begins, but never past the plot's end as long as it is
    // no wider than the plot.
    Place place(double from, double width);

    std::size_t count() const { return ends_.size(); }

  private:
    double left_, right_;
    std::vector<double> ends_;  // of the last label of each row
};

}  // namespace aside::lab::report
