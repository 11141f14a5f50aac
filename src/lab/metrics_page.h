// What a registry counts, read by name, and the difference between two looks.
//
// Thread rule: plain values; look() from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "telemetry/metrics.h"

namespace aside::lab {

class MetricsPage {
  public:
    MetricsPage() = default;
    static MetricsPage look(const telemetry::Registry& registry);
    // Of a page of Prometheus' text format.
    static MetricsPage parse(std::string_view text);

    // A series as it stands on the page: name, or name{labels}. 0 when it is not there.
    double operator[](std::string_view series) const;
    // Of all series of that name whose labels contain `label` and `other` (`tier="l2"`).
    double sum(std::string_view name, std::string_view label = {},
               std::string_view other = {}) const;
    // Series of that name that are not 0 and contain `with`: "timed_out=3 busy=1".
    std::string by_label(std::string_view name, std::string_view label,
                         std::string_view with = {}) const;
    // Reads of L2 with this answer.
    double l2(std::string_view answer) const {
        return sum("aside_reads_total", "tier=\"l2\"", "answer=\"" + std::string(answer) + "\"");
    }
    MetricsPage operator-(const MetricsPage& before) const;
    MetricsPage operator+(const MetricsPage& other) const;
    // Of all series of this histogram whose labels contain `label`, together: what so great a part
    // of the observations is at most; between two bounds evenly in the logarithm. `part` is above
    // 0, up to 1. 0 when nothing was observed.
    double quantile(std::string_view histogram, std::string_view label, double part) const;

  private:
    std::map<std::string, double, std::less<>> values_;
};

}  // namespace aside::lab
