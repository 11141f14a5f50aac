// Rates of a load as a person writes them.
//
//   1000                     for the duration
//   100:10s,1000:10s         steps
//   100-5000:1m              a ramp
//   200:19s,4000:1s          a burst; with a longer duration again and again
//
// Thread rule: pure. Errors: bad_input.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/load/arrivals.h"

namespace aside::cli {

// Requests a second: "1000", "2.5k", "1M".
Result<double> parse_rate(std::string_view text);

// `duration`: the pieces are cut off there, or begun again; none: they last as long as they say.
Result<std::vector<lab::load::RatePiece>> parse_rates(std::string_view text,
                                                      std::optional<Duration> duration);

}  // namespace aside::cli
