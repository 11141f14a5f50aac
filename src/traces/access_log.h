// Access logs as traces: what was read is a key that was asked for, with the size that was sent.
//
//   common, combined   host ident user [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326 …
//                      (Apache's mod_log_config; nginx's "combined"): GETs answered by 200, 206 or
//                      304; the key is the target, query and all
//   S3                 owner bucket [time] address requester id REST.GET.OBJECT key "…" 200 - …
//                      (Amazon S3 user guide, "Server access log format"): gets and puts of
//                      objects; the size is the object's
//
// A 304 has no size: the key's last one counts, which whoever reads the trace must know. Lines that
// are of another method or status are passed over and counted, and so is a last line without an
// end that cannot be read: logs are copied while they grow. Any other line that is none of such a
// log is an error that names it. Thread rule and errors: see traces/trace.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "traces/lines.h"
#include "traces/trace.h"

namespace aside::traces {

enum class AccessLog : std::uint8_t { web, s3 };

// By a first line; nothing when it is of neither.
std::optional<AccessLog> access_log_kind(std::string_view line);

class AccessLogReader final : public TraceReader {
  public:
    AccessLogReader(Lines lines, AccessLog kind) : lines_(std::move(lines)), kind_(kind) {}
    Result<bool> next(Record& record) override;
    std::uint64_t passed_over() const override { return passed_over_; }
    std::string_view format() const override {
        return kind_ == AccessLog::s3 ? "S3 server access log" : "access log";
    }

  private:
    Lines lines_;
    const AccessLog kind_;
    std::optional<std::int64_t> first_s_;
    std::uint64_t passed_over_ = 0;
};

}  // namespace aside::traces
