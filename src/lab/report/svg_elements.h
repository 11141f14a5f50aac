// The elements that a drawing is made of, as SVG writes them. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "lab/report/chart_style.h"

namespace aside::lab::report {

inline constexpr double kTextSize = 12;

// What a text takes at most, about: no font is known here.
double text_width(std::string_view text, double size = kTextSize);
// At most so many characters, about, and an ellipsis.
std::string shortened(std::string_view text, std::size_t most);

struct TextStyle {
    const char* anchor = "start";
    Paint paint = Paint::ink;
    double size = kTextSize;
    bool bold = false;
};

std::string text_at(double x, double y, std::string_view text, const TextStyle& style);
std::string straight_line(double x1, double y1, double x2, double y2, std::string_view style);
// How a chart's line is drawn, in CSS.
std::string stroke_of(unsigned line_style, double width);

}  // namespace aside::lab::report
