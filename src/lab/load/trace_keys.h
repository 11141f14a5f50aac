// A trace as a load: its keys, numbered by their first request, in the order of their requests, and
// when asked for its times.
//
//   auto trace = read_trace(reader, {.with_times = true, .speed = 10});
//   settings.keys = trace->choice();
//   settings.arrivals = trace->arrivals();      // or a plan of one's own
//
// Only reads are asked for: what a trace writes is counted and passed over. Memory: 4 bytes a
// request, 8 more with times, up to kMaxTraceRequests; while reading also each distinct key.
// Thread rule: read_trace blocks on its source; a TraceLoad is a plain value. Errors: bad_input
// (empty, too long, without times though wanted, a speed that is none), and the reader's, which
// name the line.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lab/load/arrivals.h"
#include "lab/load/key_choice.h"
#include "traces/trace.h"

namespace aside::lab::load {

inline constexpr std::uint64_t kMaxTraceRequests = 50'000'000;
inline constexpr Duration kMaxTraceSpan = std::chrono::hours(24 * 366);

struct TraceOptions {
    bool with_times = false;
    double speed = 1;  // 2: in half of the trace's time
    std::uint64_t max_requests = kMaxTraceRequests;
};

struct TraceLoad {
    std::shared_ptr<const std::vector<std::uint32_t>> keys;  // one a request
    std::shared_ptr<const std::vector<Duration>> times;      // the same; null without times
    std::uint64_t distinct_keys = 0;
    std::uint64_t writes = 0;  // passed over

    // Each request's key in turn, and from the beginning again after the last.
    std::unique_ptr<KeyChoice> choice() const;
    // Once through the trace at its own times.
    ArrivalPlan arrivals() const;
};

Result<TraceLoad> read_trace(traces::TraceReader& trace, const TraceOptions& options);

}  // namespace aside::lab::load
