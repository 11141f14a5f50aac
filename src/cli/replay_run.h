// Runs a trace of requests through the store that `serve` uses, shards and policy and all, and
// counts what it finds.
//
// Every request counts, reads and writes alike: what is not found is put, with a body of the
// request's size when the store is bounded in bytes, and with none when it is bounded in values.
// Starts with an empty store. Thread rule: one call runs on one thread.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "memory/store.h"
#include "traces/trace.h"

namespace aside::cli {

struct ReplayResult {
    std::uint64_t requests = 0;
    std::uint64_t hits = 0;
    std::uint64_t requested_bytes = 0;
    std::uint64_t hit_bytes = 0;  // of the sizes the requests named
    memory::StoreStats store;     // at the end

    double miss_ratio() const;  // 0 for an empty trace
    double byte_miss_ratio() const;
};

// Errors: the trace's; full when there is no memory for a value.
Result<ReplayResult> replay(traces::TraceReader& trace, const memory::StoreOptions& options);

}  // namespace aside::cli
