// Values of parameters to and from text. Units are demanded: a bare 30 is no duration and no size,
// only 0 needs none.
//
// Thread rule: pure functions. Errors: bad_input, with what was expected.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/parameter.h"

namespace aside::config {

Result<Duration> parse_duration(std::string_view text);    // ns, us, ms, s, m, h, d
Result<std::uint64_t> parse_bytes(std::string_view text);  // B, KiB, MiB, GiB, TiB
std::string format_duration(Duration span);                // in the largest unit that is exact
std::string format_bytes(std::uint64_t bytes);

// A value of this parameter's kind, within its range.
Result<Value> parse_value(const Parameter& parameter, std::string_view text);

// As parse_value reads it. Passwords in URLs are left out: see redact_url.
std::string format_value(const Parameter& parameter, const Value& value);

// The URL without its user-info ("redis://user:secret@host" -> "redis://***@host") and without the
// values of query parameters whose names speak of secrets. What logs, /status and `aside config`
// show.
std::string redact_url(std::string_view url);

}  // namespace aside::config
