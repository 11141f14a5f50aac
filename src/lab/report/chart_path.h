// A line of a chart as the path that SVG draws: broken where there is no value, and with no more
// points than a reader could see.
//
// Thread rule: pure. Source: of the points that share a column of pixels, the first, the least, the
// most and the last draw the same picture as all of them (U. Jugel et al.: "M4: A
// Visualization-Oriented Time Series Data Aggregation", 2014).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lab/report/axis.h"
#include "lab/report/chart.h"

namespace aside::lab::report {

struct PlotArea {
    double left = 0, top = 0, width = 0, height = 0;

    double x(const Axis& axis, double value) const { return left + axis.place(value) * width; }
    double y(const Axis& axis, double value) const {
        return top + (1 - axis.place(value)) * height;
    }
};

struct LinePath {
    std::string path;               // "M1 2L3 4…"; empty: none of its points stands beside another
    std::vector<ChartPoint> alone;  // without neighbours, at their places in the drawing
};

LinePath path_of(std::span<const ChartPoint> points, const Axis& x, const Axis& y,
                 const PlotArea& area);

}  // namespace aside::lab::report
