#include "lab/report/bar_chart.h"

#include <algorithm>
#include <cmath>

#include "lab/report/chart_style.h"
#include "lab/report/markup.h"
#include "lab/report/svg_elements.h"

namespace aside::lab::report {
namespace {

constexpr double kWidth = 640;
constexpr double kLeft = 12, kRight = 92;  // of the bars; there is room for the note behind them
constexpr double kTitleHeight = 30;
constexpr double kLegendHeight = 19, kSwatch = 12;
constexpr double kRowHeight = 46, kBarHeight = 18, kNameHeight = 15;
constexpr std::size_t kMostName = 70, kMostTitle = 66;

double sum_of(const Bar& bar) {
    double sum = 0;
    for (const double part : bar.parts) {
        if (std::isfinite(part) && part > 0) sum += part;
    }
    return sum;
}

std::string rectangle(double x, double y, double width, double height, unsigned style) {
    return "<rect x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" width=\"" +
           coordinate(width) + "\" height=\"" + coordinate(height) +
           "\" style=\"fill:" + line_paint(style) + "\"/>\n";
}

// Draws the names of the parts in as many rows as they need; answers where they end.
double draw_legend(std::string& body, const std::vector<std::string>& parts, double y) {
    double x = kLeft;
    for (unsigned i = 0; i < parts.size(); ++i) {
        const double width = kSwatch + 5 + text_width(parts[i]) + 16;
        if (x > kLeft && x + width > kWidth) {
            x = kLeft;
            y += kLegendHeight;
        }
        body += rectangle(x, y + 4, kSwatch, kSwatch - 2, i);
        body += text_at(x + kSwatch + 5, y + 13, parts[i], {});
        x += width;
    }
    return y + kLegendHeight;
}

void draw_bar(std::string& body, const Bar& bar, double y, double scale) {
    body += text_at(kLeft, y + kNameHeight - 3, shortened(bar.name, kMostName), {});
    double x = kLeft;
    for (unsigned i = 0; i < bar.parts.size(); ++i) {
        const double part = bar.parts[i];
        if (!std::isfinite(part) || part <= 0) continue;
        const double width = part * scale;
        body += rectangle(x, y + kNameHeight, width, kBarHeight, i);
        x += width;
    }
    body += text_at(x + 6, y + kNameHeight + 13, bar.note, {.bold = true});
}

}  // namespace

std::string to_svg(const BarChart& chart) {
    double most = 0;
    for (const Bar& bar : chart.bars) most = std::max(most, sum_of(bar));
    const double scale = most > 0 ? (kWidth - kLeft - kRight) / most : 0;
    std::string body = text_at(kLeft, 19, shortened(chart.title, kMostTitle), {.bold = true});
    double y = draw_legend(body, chart.parts, kTitleHeight) + 6;
    for (const Bar& bar : chart.bars) {
        draw_bar(body, bar, y, scale);
        y += kRowHeight;
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(kWidth) + " " +
           coordinate(y) + "\" role=\"img\" aria-label=\"" + escaped(chart.title) +
           "\" font-family=\"system-ui,sans-serif\">\n" + body + "</svg>\n";
}

}  // namespace aside::lab::report
