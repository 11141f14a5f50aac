// How long a request takes that waits for several values at once, each from one of some places.
//
// A place's time is taken as log-normal through its median and its 99th percentile; values as
// independent of each other; and a request as late as its latest value. Thread rule: pure. Units:
// milliseconds.
#pragma once

#include <vector>

namespace aside::sizing {

struct StepTime {
    double median_ms = 0, p99_ms = 0;
};

struct MixPart {
    double share = 0;  // of values; shares add up to 1
    StepTime time;
};

class LatencyMix {
  public:
    LatencyMix(std::vector<MixPart> parts, double values_per_request);

    // `part` from 0 to 1, without them.
    double quantile_ms(double part) const;
    double mean_ms() const;

  private:
    double answered_within(double ms) const;  // of requests

    std::vector<MixPart> parts_;
    double values_;
};

}  // namespace aside::sizing
