#include "lab/report/chart_path.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lab/report/markup.h"

namespace aside::lab::report {
namespace {

// Appends at most four of the points of one column, in their order.
void keep_column(std::span<const ChartPoint> column, std::vector<ChartPoint>& kept) {
    const auto by_y = [](const ChartPoint& a, const ChartPoint& b) { return a.y < b.y; };
    const auto [least, most] = std::ranges::minmax_element(column, by_y);
    std::array<std::ptrdiff_t, 4> places{0, least - column.begin(), most - column.begin(),
                                         std::ssize(column) - 1};
    std::ranges::sort(places);
    const auto end = std::ranges::unique(places).begin();
    for (const auto* place = places.begin(); place != end; ++place) {
        kept.push_back(column[static_cast<std::size_t>(*place)]);
    }
}

std::vector<ChartPoint> thinned(std::span<const ChartPoint> points) {
    std::vector<ChartPoint> kept;
    for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
        const double column = std::floor(points[begin].x);
        while (end < points.size() && std::floor(points[end].x) == column) ++end;
        keep_column(points.subspan(begin, end - begin), kept);
    }
    return kept;
}

void draw(std::span<const ChartPoint> points, LinePath& line) {
    if (points.size() == 1) line.alone.push_back(points.front());
    if (points.size() < 2) return;
    char command = 'M';
    for (const ChartPoint& point : thinned(points)) {
        line.path += command;
        line.path += coordinate(point.x) + " " + coordinate(point.y);
        command = 'L';
    }
}

}  // namespace

LinePath path_of(std::span<const ChartPoint> points, const Axis& x, const Axis& y,
                 const PlotArea& area) {
    LinePath line;
    std::vector<ChartPoint> unbroken;
    for (const ChartPoint& point : points) {
        if (x.shows(point.x) && y.shows(point.y)) {
            unbroken.push_back({.x = area.x(x, point.x), .y = area.y(y, point.y)});
            continue;
        }
        draw(unbroken, line);
        unbroken.clear();
    }
    draw(unbroken, line);
    return line;
}

}  // namespace aside::lab::report
