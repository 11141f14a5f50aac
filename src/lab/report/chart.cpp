#include "lab/report/chart.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "lab/report/axis.h"
#include "lab/report/chart_path.h"
#include "lab/report/chart_style.h"
#include "lab/report/label_rows.h"
#include "lab/report/markup.h"
#include "lab/report/svg_elements.h"

namespace aside::lab::report {
namespace {

constexpr double kWidth = 640;
constexpr double kPlotHeight = 210;
constexpr double kRight = 18;
constexpr double kBelow = 42;  // for the ticks and the label along
constexpr double kTitleHeight = 28;
constexpr double kLegendHeight = 19;  // of a row
constexpr double kMarkHeight = 15;    // of a row of labels
constexpr double kMarkSize = 11;
constexpr double kUnitLeft = 6;
constexpr double kStroke = 1.6, kDenseStroke = 1;
constexpr double kSwatch = 26;
constexpr std::size_t kMostTitle = 66, kMostName = 60, kMostMark = 40;  // characters, roughly

class Drawing {
  public:
    explicit Drawing(const Chart& chart) : chart_(chart) {}

    std::string svg(std::string_view style);

  private:
    void measure();
    void draw_title();
    void draw_legend();
    void draw_labels();
    void draw_grid();
    void draw_marks();
    void draw_line(const ChartLine& line, unsigned style);
    unsigned style_of(std::size_t place) const;
    std::optional<std::pair<double, double>> span_of(const ChartMark& mark) const;

    const Chart& chart_;
    Axis x_, y_;
    PlotArea area_;
    bool empty_ = true;
    double legend_end_ = 0;
    std::string body_;
};

unsigned Drawing::style_of(std::size_t place) const {
    return chart_.lines[place].style.value_or(static_cast<unsigned>(place));
}

// From where to where in the drawing; nothing when all of it is beyond the plot.
std::optional<std::pair<double, double>> Drawing::span_of(const ChartMark& mark) const {
    if (!x_.shows(mark.from) || !x_.shows(mark.to)) return {};
    const double first = x_.place(mark.from), last = std::max(first, x_.place(mark.to));
    if (first > 1 || last < 0) return {};
    return std::pair(area_.left + std::clamp(first, 0.0, 1.0) * area_.width,
                     area_.left + std::clamp(last, 0.0, 1.0) * area_.width);
}

void Drawing::measure() {
    Extent along, up;
    const Axis probe = chart_.log_y ? Axis::logarithmic({}) : Axis::linear({});
    for (const ChartLine& line : chart_.lines) {
        for (const ChartPoint& point : line.points) {
            if (!Axis::linear({}).shows(point.x)) continue;
            along.add(point.x);
            if (probe.shows(point.y)) up.add(point.y);
        }
    }
    empty_ = up.empty;
    x_ = Axis::along(along, chart_.x_label);
    y_ = chart_.log_y ? Axis::logarithmic(up) : Axis::linear(up);
    double widest = 0;
    for (const Tick& tick : y_.ticks()) widest = std::max(widest, text_width(tick.label));
    area_.left = std::max(34.0, widest + 14);
    area_.width = kWidth - kRight - area_.left;
    area_.height = kPlotHeight;
}

void Drawing::draw_title() {
    body_ +=
        text_at(area_.left, 18, shortened(chart_.title, kMostTitle), {.size = 14, .bold = true});
}

void Drawing::draw_legend() {
    double x = area_.left, y = kTitleHeight + 12;
    for (std::size_t place = 0; place < chart_.lines.size(); ++place) {
        const std::string name = shortened(chart_.lines[place].name, kMostName);
        const double width = kSwatch + 6 + text_width(name);
        if (x > area_.left && x + width > kWidth - kRight) {
            x = area_.left;
            y += kLegendHeight;
        }
        body_ += straight_line(x, y - 4, x + kSwatch, y - 4, stroke_of(style_of(place), kStroke));
        body_ += text_at(x + kSwatch + 6, y, name, {});
        x += width + 16;
    }
    legend_end_ = y + (chart_.lines.empty() ? -kLegendHeight : 0);
}

void Drawing::draw_grid() {
    const double bottom = area_.top + area_.height, right = area_.left + area_.width;
    for (const Tick& tick : y_.ticks()) {
        const double y = area_.y(y_, tick.value);
        body_ += straight_line(area_.left, y, right, y, "stroke:" + paint(Paint::grid));
        body_ += text_at(area_.left - 8, y + 4, tick.label,
                         {.anchor = "end", .paint = Paint::faint_ink});
    }
    for (const Tick& tick : x_.ticks()) {
        const double x = area_.x(x_, tick.value);
        body_ += straight_line(x, bottom, x, bottom + 4, "stroke:" + paint(Paint::axis));
        body_ +=
            text_at(x, bottom + 18, tick.label, {.anchor = "middle", .paint = Paint::faint_ink});
    }
    body_ += straight_line(area_.left, bottom, right, bottom, "stroke:" + paint(Paint::axis));
    body_ += text_at(area_.left + area_.width / 2, bottom + 35, x_.label(),
                     {.anchor = "middle", .paint = Paint::faint_ink});
    if (empty_) {
        body_ += text_at(area_.left + area_.width / 2, area_.top + area_.height / 2, "no data",
                         {.anchor = "middle", .paint = Paint::faint_ink, .size = 14});
    }
}

// The unit and the labels of marks stand over the plot.
void Drawing::draw_labels() {
    const std::string unit = shortened(chart_.y_label, kMostMark);
    LabelRows rows(area_.left, area_.left + area_.width);
    if (!unit.empty()) rows.keep_free(kUnitLeft + text_width(unit));
    std::vector<std::pair<LabelRows::Place, std::string>> labels;
    for (const ChartMark& mark : chart_.marks) {
        const auto span = span_of(mark);
        if (!span || mark.label.empty()) continue;
        std::string text = shortened(mark.label, kMostMark);
        labels.emplace_back(rows.place(span->first, text_width(text, kMarkSize)), std::move(text));
    }
    area_.top = legend_end_ + 12 + static_cast<double>(rows.count()) * kMarkHeight;
    body_ += text_at(kUnitLeft, area_.top - 11, unit, {.paint = Paint::faint_ink});
    for (const auto& [place, text] : labels) {
        body_ += text_at(place.x, area_.top - 9 - static_cast<double>(place.row) * kMarkHeight,
                         text, {.paint = Paint::mark_ink, .size = kMarkSize});
    }
}

void Drawing::draw_marks() {
    const double bottom = area_.top + area_.height, right = area_.left + area_.width;
    const std::string edge = "stroke-dasharray:3 3;stroke:" + paint(Paint::mark);
    for (const ChartMark& mark : chart_.marks) {
        const auto span = span_of(mark);
        if (!span) continue;
        const auto [from, to] = *span;
        body_ += "<g><title>" + escaped(mark.label) + "</title>\n";
        if (to > from) {
            body_ += "<rect x=\"" + coordinate(from) + "\" y=\"" + coordinate(area_.top) +
                     "\" width=\"" + coordinate(std::max(1.0, to - from)) + "\" height=\"" +
                     coordinate(area_.height) +
                     "\" style=\"fill-opacity:.17;fill:" + paint(Paint::mark) + "\"/>\n";
        }
        // A span that goes on beyond the plot has no edge there.
        if (from > area_.left || to == from) {
            body_ += straight_line(from, area_.top, from, bottom, edge);
        }
        if (to < right && to > from) body_ += straight_line(to, area_.top, to, bottom, edge);
        body_ += "</g>\n";
    }
}

void Drawing::draw_line(const ChartLine& line, unsigned style) {
    const LinePath drawn = path_of(line.points, x_, y_, area_);
    const bool dense = static_cast<double>(line.points.size()) > 2 * area_.width;
    body_ += "<g><title>" + escaped(line.name) + "</title>\n";
    if (!drawn.path.empty()) {
        body_ += "<path d=\"" + drawn.path + "\" style=\"" +
                 stroke_of(style, dense ? kDenseStroke : kStroke) + "\"/>\n";
    }
    for (const ChartPoint& point : drawn.alone) {
        body_ += "<circle cx=\"" + coordinate(point.x) + "\" cy=\"" + coordinate(point.y) +
                 "\" r=\"2\" style=\"fill:" + line_paint(style) + "\"/>\n";
    }
    body_ += "</g>\n";
}

std::string Drawing::svg(std::string_view style) {
    measure();
    draw_title();
    draw_legend();
    draw_labels();
    draw_grid();
    draw_marks();
    // The first line is the one that is looked for: it is drawn last, over the others.
    for (std::size_t place = chart_.lines.size(); place-- > 0;) {
        draw_line(chart_.lines[place], style_of(place));
    }
    const std::string size =
        coordinate(kWidth) + " " + coordinate(area_.top + area_.height + kBelow);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size +
           "\" role=\"img\" aria-label=\"" + escaped(chart_.title) +
           "\" font-family=\"system-ui,-apple-system,Segoe "
           "UI,Roboto,Helvetica,Arial,sans-serif\">\n" +
           std::string(style) +
           "<rect width=\"100%\" height=\"100%\" style=\"fill:" + paint(Paint::surface) + "\"/>\n" +
           body_ + "</svg>\n";
}

}  // namespace

std::string to_svg(const Chart& chart) {
    return Drawing(chart).svg({});
}

std::string to_svg_file(const Chart& chart) {
    return Drawing(chart).svg("<style>@media (prefers-color-scheme:dark){svg{" + dark_variables() +
                              "}}</style>\n");
}

}  // namespace aside::lab::report
