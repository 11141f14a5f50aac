// Metrics without anybody who asks for them: lines of JSON on standard output, of which CloudWatch
// makes metrics.
//
// A line tells what was counted since the one before, and how long each invocation took; it comes
// at the end of an invocation, when one of the two limits is reached. A process that is ended
// between two lines takes what it counted with it.
//
// Thread rule: one worker. Ownership: borrows the registry. Source: Amazon CloudWatch User Guide,
// "Specification: Embedded metric format" (at most 100 values of a metric and 100 metrics a line).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "telemetry/metrics.h"

namespace aside::front::lambda {

struct EmbeddedMetricsOptions {
    Duration period{};         // 0: not by time
    unsigned invocations = 0;  // at most kMostInvocations; 0: not by their number
    std::string function;      // the dimension FunctionName

    bool wanted() const { return period > Duration::zero() || invocations > 0; }
};

class EmbeddedMetrics {
  public:
    static constexpr unsigned kMostInvocations = 100;
    static constexpr std::size_t kCounters = 10;

    // `write` is given lines with their '\n'.
    EmbeddedMetrics(EmbeddedMetricsOptions options, const telemetry::Registry& registry,
                    std::function<void(std::string_view)> write);

    void invocation_ended(SteadyTime now, WallTime wall, Duration took);

  private:
    std::string line(WallTime wall);

    const EmbeddedMetricsOptions options_;
    const telemetry::Registry& registry_;
    const std::function<void(std::string_view)> write_;
    const std::string head_, tail_;  // what is the same in all lines: around the timestamp
    std::array<std::uint64_t, kCounters> told_{};
    std::vector<double> took_ms_;
    SteadyTime last_{};  // a line's; of the first invocation, before there is one
    bool begun_ = false;
};

}  // namespace aside::front::lambda
