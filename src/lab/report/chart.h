// Charts of a report as SVG: lines over time, one or more of them, with spans marked.
//
// Thread rule: pure. The SVG stands by itself: no script, no font, no address of another host; its
// colours follow the page's (light or dark) through CSS variables with a fallback. Axes begin at 0
// unless values are negative or the scale is logarithmic. However many points a line has, what is
// drawn has no more than some per pixel, its peaks among them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aside::lab::report {

struct ChartPoint {
    // y may be NaN: the line has a gap there. So it has where a logarithmic scale cannot show y.
    double x = 0, y = 0;
};

struct ChartLine {
    std::string name;
    std::vector<ChartPoint> points;  // by growing x
    // Which colour and dash; by default those of its place among the lines.
    std::optional<unsigned> style;
};

// Something that lasted, or (from == to) happened.
struct ChartMark {
    double from = 0, to = 0;
    std::string label;
};

struct Chart {
    std::string title;
    std::string x_label;  // "seconds" become minutes or hours where they are many
    std::string y_label;  // "ms"
    bool log_y = false;
    std::vector<ChartLine> lines;
    std::vector<ChartMark> marks;
};

std::string to_svg(const Chart& chart);
// As a file of its own: follows the reader's preference for light or dark.
std::string to_svg_file(const Chart& chart);

}  // namespace aside::lab::report
