// Traces as comma-separated text, in one of two shapes, with or without a header line that names
// the columns:
//   time_ms,key,size,op,ttl_s      op is r or w
//   time,key,size                  as cache simulators exchange them; the time is taken as
//   milliseconds
//
// Without a header the first line's number of columns tells the shape. Numbers are unsigned
// decimals (a size of -1 is one that is not known); a key is any text without comma and line end.
// Lines end in LF or CRLF; the last one's may be missing. Empty lines are passed over.
//
// Thread rule and errors: see traces/trace.h. Limits: a line of 64 KiB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.h"

namespace aside::traces {

class CsvReader final : public TraceReader {
  public:
    static constexpr std::size_t kMaxLineBytes = 64 * 1024;

    // Reads decompressed bytes.
    explicit CsvReader(std::unique_ptr<runtime::ByteSource> source);
    Result<bool> next(Record& record) override;

  private:
    enum class Shape : std::uint8_t { unknown, long_form, short_form };

    Result<bool> next_line(std::string_view& line);
    Result<void> fill();
    Result<bool> take_header(std::string_view line);
    Result<void> parse(std::string_view line, Record& record) const;
    std::unexpected<Error> bad(std::string_view what) const;

    std::unique_ptr<runtime::ByteSource> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
    std::uint64_t line_ = 0;
    Shape shape_ = Shape::unknown;
};

}  // namespace aside::traces
