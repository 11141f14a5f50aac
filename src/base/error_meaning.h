// The one place that decides what an error means to the read path. Everything else asks here.
//
// Thread rule: pure functions.
#pragma once

#include <chrono>

#include "base/error.h"

namespace aside {

// How a front door answers a request that ended in this error.
enum class AnswerKind : std::uint8_t {
    bad_input,      // 400: asking again will not help
    too_large,      // 413: something is over one of our limits
    shed,           // 503 with Retry-After: come back later
    late,           // 504: out of time
    origin_failed,  // 502: what we protect failed
};

constexpr AnswerKind answer_kind(Errc code) {
    switch (code) {
        case Errc::bad_input:
        case Errc::unsupported:
        case Errc::conflict:
            return AnswerKind::bad_input;
        case Errc::too_large:
            return AnswerKind::too_large;
        case Errc::overloaded:
        case Errc::throttled:
        case Errc::bytes_in_flight:
        case Errc::cancelled:
            return AnswerKind::shed;
        case Errc::deadline:
        case Errc::timed_out:
            return AnswerKind::late;
        case Errc::not_found:
        case Errc::refused:
        case Errc::connection_lost:
        case Errc::protocol:
        case Errc::busy:
        case Errc::corrupt:
        case Errc::read_only:
        case Errc::full:
        case Errc::denied:
        case Errc::io:
        case Errc::internal:
            return AnswerKind::origin_failed;
    }
    return AnswerKind::origin_failed;
}

// May a value older than its fresh time stand in for an answer that failed so? Only a request that
// was itself wrong is better refused than answered from the past.
constexpr bool stale_may_answer(Errc code) {
    return answer_kind(code) != AnswerKind::bad_input;
}

// May the same call succeed if made again a moment later?
constexpr bool retry_may_help(Errc code) {
    switch (code) {
        case Errc::busy:
        case Errc::overloaded:
        case Errc::throttled:
        case Errc::bytes_in_flight:
        case Errc::refused:
        case Errc::connection_lost:
        case Errc::timed_out:
        case Errc::io:
            return true;
        default:
            return false;
    }
}

// In how long to come back, of an answer that says to; 0 when nobody knows.
constexpr std::chrono::milliseconds retry_after(const Error& error) {
    const bool tells = error.code == Errc::overloaded || error.code == Errc::throttled;
    return std::chrono::milliseconds(tells ? static_cast<std::int64_t>(error.amount) : 0);
}

// What the end of one attempt says about the dependency that was asked.
enum class HealthSign : std::uint8_t {
    none,       // nothing: it was the caller's wish, or a limit of our own
    answered,   // it works, whatever it said
    throttled,  // it works, and wants to be asked less
    failed,     // it does not work
};

constexpr HealthSign health_sign(Errc code) {
    switch (code) {
        case Errc::deadline:
        case Errc::cancelled:
        case Errc::bytes_in_flight:
            return HealthSign::none;
        case Errc::bad_input:
        case Errc::too_large:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::unsupported:
        case Errc::corrupt:
        case Errc::read_only:
        case Errc::denied:
            return HealthSign::answered;
        case Errc::throttled:
        case Errc::busy:
        case Errc::overloaded:  // what a store needs of this process to be asked has run out
            return HealthSign::throttled;
        case Errc::refused:
        case Errc::connection_lost:
        case Errc::timed_out:
        case Errc::protocol:
        case Errc::full:
        case Errc::io:
        case Errc::internal:
            return HealthSign::failed;
    }
    return HealthSign::none;
}

}  // namespace aside
