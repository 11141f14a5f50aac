// Sums side by side, each with the parts that make it up: bars along, as SVG.
//
// Thread rule: pure. As chart.h: it stands by itself, and its colours follow the page's.
#pragma once

#include <string>
#include <vector>

namespace aside::lab::report {

struct Bar {
    std::string name;
    std::vector<double> parts;  // in the order of BarChart::parts; none negative
    std::string note;           // at its end: "540.93"
};

struct BarChart {
    std::string title;
    std::vector<std::string> parts;
    std::vector<Bar> bars;
};

std::string to_svg(const BarChart& chart);

}  // namespace aside::lab::report
