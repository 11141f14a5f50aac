// How old is too old: the one place that compares a value's times with the clock.
//
// Thread rule: pure functions. Terms as in RFC 9111 (fresh, stale) and RFC 5861
// (stale-while-revalidate, stale-if-error).
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "base/value.h"
#include "engine/options.h"

namespace aside::engine {

enum class Freshness : std::uint8_t {
    fresh,             // answer it
    stale_revalidate,  // answer it, and refresh it in the background
    stale_error,       // ask the origin; answer it only if that fails
    expired,           // as if it were not there
};

inline Freshness freshness_of(SteadyTime fresh_until, bool absent, const FreshnessLimits& limits,
                              SteadyTime now) {
    if (now < fresh_until) return Freshness::fresh;
    if (absent) return Freshness::expired;  // absence is never served stale
    const Duration over = now - fresh_until;
    // No fresh time at all means: ask the origin each time.
    const bool may_revalidate_later = limits.fresh > Duration{};
    if (may_revalidate_later && over < limits.stale_while_revalidate)
        return Freshness::stale_revalidate;
    if (over < limits.stale_if_error) return Freshness::stale_error;
    return Freshness::expired;
}

inline Freshness freshness_of(const Value& value, const FreshnessLimits& limits, SteadyTime now) {
    return freshness_of(value.fresh_until(), value.absent(), limits, now);
}

// Up to when an answer of the origin is fresh: `fresh` shortened by up to `jitter` of it, so that
// keys filled together do not expire together.
inline SteadyTime fresh_until(SteadyTime origin_time, Duration fresh, double jitter,
                              Random& random) {
    const auto cut =
        static_cast<Duration::rep>(static_cast<double>(fresh.count()) * jitter * random.unit());
    return origin_time + fresh - Duration(cut);
}

// A versioned object never changes: it is fresh as long as it is kept.
inline constexpr SteadyTime kFreshForEver = kNever;

}  // namespace aside::engine
