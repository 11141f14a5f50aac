// Traces as comma-separated text, in one of two shapes, with or without a header line that names
// the columns (and again where one file follows another):
//   time_ms,key,size,op,ttl_s      op is r or w
//   time,key,size                  as cache simulators exchange them; the time is taken as
//   milliseconds
//
// Without a header the first line's number of columns tells the shape. Numbers are unsigned
// decimals (a size of -1 is one that is not known); a key is any text without comma and line end.
// Empty lines and those that begin with # are passed over; one that says "# sampled 0.0625" tells
// the part of the keys that the trace is of.
//
// Thread rule and errors: see traces/trace.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "traces/lines.h"
#include "traces/trace.h"

namespace aside::traces {

class CsvReader final : public TraceReader {
  public:
    explicit CsvReader(Lines lines) : lines_(std::move(lines)) {}
    Result<bool> next(Record& record) override;
    double sampled_part() const override { return sampled_part_; }
    std::string_view format() const override { return "CSV"; }

  private:
    enum class Shape : std::uint8_t { unknown, long_form, short_form };

    Result<void> take_comment(std::string_view line);
    Result<void> take_shape(std::string_view line);
    Result<void> parse(std::string_view line, Record& record) const;

    Lines lines_;
    Shape shape_ = Shape::unknown;
    double sampled_part_ = 1;
};

}  // namespace aside::traces
