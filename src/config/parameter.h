// The parameter table: one row for each thing that can be set, from which the file, the
// environment, the flags and the documentation are made.
//
// parameters.inc is the table. Each row is also a typed key, so that
// config.get(parameter::http_max_age) is a Duration at compile time. Thread rule: constants and
// pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/time.h"

namespace aside::config {

enum class Kind : std::uint8_t {
    duration,  // "250ms", "3s", "10m", "1h", "7d"
    bytes,     // "64KiB", "512MiB"
    integer,   // 64
    ratio,     // 0.1
    boolean,   // true
    text,      //
    url,       // "sqlite:aside.db"; user-info is a secret
    endpoint,  // "127.0.0.1:8080", "[::1]:0"
    list,      // ["a", "b"]; a,b in the environment and in flags
    choice,    // one of the words in the range
};

std::string_view name_of(Kind kind);

struct Parameter {
    Kind kind;
    std::string_view name;      // "http.max_age"
    std::string_view fallback;  // the default, as one would write it
    std::string_view range;     // "0..365d", or "error|null"; empty: anything of its kind
    std::string_view prose;
};

using Value = std::variant<Duration, std::uint64_t, std::int64_t, double, bool, std::string,
                           std::vector<std::string>>;

template <Kind kind>
using ValueOf = std::conditional_t<
    kind == Kind::duration, Duration,
    std::conditional_t<
        kind == Kind::bytes, std::uint64_t,
        std::conditional_t<
            kind == Kind::integer, std::int64_t,
            std::conditional_t<
                kind == Kind::ratio, double,
                std::conditional_t<kind == Kind::boolean, bool,
                                   std::conditional_t<kind == Kind::list, std::vector<std::string>,
                                                      std::string>>>>>>;

template <Kind kind>
struct Key {
    std::size_t index;
};

namespace detail {
enum class Row : std::size_t {
#define ASIDE_PARAMETER(kind, id, name, fallback, range, prose) id,
#include "config/parameters.inc"
#undef ASIDE_PARAMETER
};
}  // namespace detail

namespace parameter {
#define ASIDE_PARAMETER(kind, id, name, fallback, range, prose) \
    inline constexpr Key<Kind::kind> id{static_cast<std::size_t>(detail::Row::id)};
#include "config/parameters.inc"
#undef ASIDE_PARAMETER
}  // namespace parameter

std::span<const Parameter> parameters();

// "http.max_age" -> its row; null when there is none.
const Parameter* find_parameter(std::string_view name);
std::size_t index_of(const Parameter& parameter);

// The part of a name before its first dot; empty for a name without one.
std::string_view group_of(std::string_view name);

std::string environment_name(const Parameter& parameter);  // ASIDE_HTTP_MAX_AGE
std::string flag_name(const Parameter& parameter);         // --http-max-age
// The short flag of the few parameters that have one ("--memory"); else empty.
std::string_view short_flag(const Parameter& parameter);

// The candidate that looks most like `word`, or empty when none does: for "did you mean".
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace aside::config
