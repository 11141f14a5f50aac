#include "lab/report/svg_elements.h"

#include <algorithm>

#include "lab/report/markup.h"

namespace aside::lab::report {

double text_width(std::string_view text, double size) {
    const auto characters = std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    return static_cast<double>(characters) * size * 0.56;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    return std::string(text.substr(0, most)) + "…";
}

std::string text_at(double x, double y, std::string_view text, const TextStyle& style) {
    std::string element = "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) +
                          "\" text-anchor=\"" + style.anchor + "\" font-size=\"" +
                          coordinate(style.size) + "\" style=\"fill:" + paint(style.paint);
    if (style.bold) element += ";font-weight:600";
    return element + "\">" + escaped(text) + "</text>\n";
}

std::string straight_line(double x1, double y1, double x2, double y2, std::string_view style) {
    return "<path d=\"M" + coordinate(x1) + " " + coordinate(y1) + "L" + coordinate(x2) + " " +
           coordinate(y2) + "\" style=\"" + std::string(style) + "\"/>\n";
}

std::string stroke_of(unsigned line_style, double width) {
    std::string text = "fill:none;stroke-width:" + coordinate(width) +
                       ";stroke-linejoin:round;stroke:" + line_paint(line_style);
    if (const auto dash = line_dash(line_style); !dash.empty()) {
        text.append(";stroke-dasharray:").append(dash);
    }
    return text;
}

}  // namespace aside::lab::report
