// Traces of requests, read one record at a time from a plain, gzip or zstd file of any length in
// bounded memory.
//
// Thread rule: a reader belongs to one thread; its calls block on the source. Ownership: a record's
// key points into the reader and is good until the next call. Errors: bad_input names the line;
// corrupt: the compressed data is damaged or cut short; those of the source.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "runtime/files.h"

namespace aside::traces {

enum class Operation : std::uint8_t { read, write };

struct Record {
    std::uint64_t time_ms =
        0;  // since the first request; may go backwards, and is 0 where the source had no clock
    std::string_view key;
    std::uint64_t size_bytes = 0;  // 0: not known
    Operation operation = Operation::read;
    std::uint64_t ttl_s = 0;  // 0: none
};

class TraceReader {
  public:
    virtual ~TraceReader() = default;
    // False at the end of the trace.
    virtual Result<bool> next(Record& record) = 0;
    // The part of all keys that the trace has the requests of.
    virtual double sampled_part() const { return 1; }
    // Lines until now that were no read or write of an object.
    virtual std::uint64_t passed_over() const { return 0; }
    virtual std::string_view format() const = 0;
};

// Finds out by the first bytes how the source is compressed, if it is, and by the first line what
// it is: a web server's access log or S3's (traces/access_log.h), or CSV (traces/csv.h).
Result<std::unique_ptr<TraceReader>> open_trace(std::unique_ptr<runtime::ByteSource> source);

}  // namespace aside::traces
