#include "lab/metrics_page.h"

#include <cmath>
#include <cstdlib>

namespace aside::lab {

MetricsPage MetricsPage::look(const telemetry::Registry& registry) {
    return parse(registry.render());
}

MetricsPage MetricsPage::parse(std::string_view rest) {
    MetricsPage page;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t space = line.rfind(' ');
        if (line.starts_with('#') || space == std::string_view::npos) continue;
        page.values_[std::string(line.substr(0, space))] =
            std::strtod(std::string(line.substr(space + 1)).c_str(), nullptr);
    }
    return page;
}

double MetricsPage::operator[](std::string_view series) const {
    const auto at = values_.find(series);
    return at == values_.end() ? 0 : at->second;
}

double MetricsPage::sum(std::string_view name, std::string_view label,
                        std::string_view other) const {
    double total = 0;
    for (const auto& [series, value] : values_) {
        const std::string_view text = series;
        if (text.substr(0, text.find('{')) != name || !text.contains(label) ||
            !text.contains(other))
            continue;
        total += value;
    }
    return total;
}

std::string MetricsPage::by_label(std::string_view name, std::string_view label,
                                  std::string_view with) const {
    std::string text;
    const std::string begin = std::string(label) + "=\"";
    for (const auto& [series, value] : values_) {
        const std::size_t at = series.find(begin);
        if (value == 0 || at == std::string::npos || series.substr(0, series.find('{')) != name ||
            !series.contains(with))
            continue;
        const std::size_t from = at + begin.size();
        if (!text.empty()) text += ' ';
        text += series.substr(from, series.find('"', from) - from) + "=" +
                std::to_string(static_cast<long long>(value));
    }
    return text;
}

MetricsPage MetricsPage::operator-(const MetricsPage& before) const {
    MetricsPage difference = *this;
    for (auto& [series, value] : difference.values_) value -= before[series];
    return difference;
}

MetricsPage MetricsPage::operator+(const MetricsPage& other) const {
    MetricsPage sum = *this;
    for (const auto& [series, value] : other.values_) sum.values_[series] += value;
    return sum;
}

double MetricsPage::quantile(std::string_view histogram, std::string_view label,
                             double part) const {
    constexpr std::string_view kBound = "le=\"";
    const std::string bucket = std::string(histogram) + "_bucket";
    std::map<double, double> up_to;  // how many, by bound
    for (const auto& [series, value] : values_) {
        const std::size_t at = series.find(kBound);
        if (at == std::string::npos || !series.contains(label) ||
            std::string_view(series).substr(0, series.find('{')) != bucket)
            continue;
        up_to[std::strtod(series.c_str() + at + kBound.size(), nullptr)] += value;
    }
    const double all = up_to.empty() ? 0 : up_to.rbegin()->second;
    double lower = 0, below = 0;
    for (const auto& [bound, count] : up_to) {
        if (all <= 0) break;
        if (count < part * all) {
            lower = bound;
            below = count;
            continue;
        }
        if (!std::isfinite(bound)) return lower;
        if (lower <= 0) lower = bound / 2;
        return lower * std::pow(bound / lower, (part * all - below) / (count - below));
    }
    return 0;
}

}  // namespace aside::lab
