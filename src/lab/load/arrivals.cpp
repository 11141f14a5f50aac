#include "lab/load/arrivals.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aside::lab::load {
namespace {

// What sums of doubles may be wrong by: a request that near to its piece's end is the next piece's,
// so that 10 s at 0.1/s are one request and not two.
constexpr double kRoundingRequests = 1e-6;

double seconds_of(Duration span) {
    return std::chrono::duration<double>(span).count();
}

double expected_requests(const RatePiece& piece) {
    return (piece.from_per_second + piece.to_per_second) / 2 * seconds_of(piece.span);
}

// How far into its piece `requests` are expected: the inverse of the rate's integral
// from·t + (to − from)·t²/2span, in the form that does not cancel.
Duration reached(const RatePiece& piece, double requests) {
    if (requests <= 0) return {};
    const double from = piece.from_per_second;
    const double growth = (piece.to_per_second - from) / seconds_of(piece.span);
    const double root = std::sqrt(std::max(0.0, from * from + 2 * growth * requests));
    const double seconds = 2 * requests / (from + root);
    return std::min(piece.span, Duration(static_cast<Duration::rep>(seconds * 1e9)));
}

bool is_rate(double per_second) {
    return std::isfinite(per_second) && per_second >= 0;
}

}  // namespace

Duration ArrivalPlan::span() const {
    if (times != nullptr) return times->empty() ? Duration{} : times->back();
    Duration sum{};
    for (const RatePiece& piece : pieces) sum += piece.span;
    return sum;
}

double ArrivalPlan::requests() const {
    if (times != nullptr) return static_cast<double>(times->size());
    if (flat_out) return 0;
    double sum = 0;
    for (const RatePiece& piece : pieces) sum += expected_requests(piece);
    return sum;
}

Result<void> check(const ArrivalPlan& plan) {
    if (plan.times != nullptr) {
        if (plan.times->empty()) return fail(Errc::bad_input, "no request is due at any time");
        return {};
    }
    for (const RatePiece& piece : plan.pieces) {
        if (!is_rate(piece.from_per_second) || !is_rate(piece.to_per_second)) {
            return fail(Errc::bad_input, "a rate is a number of requests per second, 0 or more");
        }
        if (piece.span < Duration{}) return fail(Errc::bad_input, "a load lasts 0 s or more");
    }
    if (plan.span() == Duration{}) return fail(Errc::bad_input, "the load has no length");
    if (!plan.flat_out && plan.requests() <= kRoundingRequests) {
        return fail(Errc::bad_input, "at these rates no request is ever due");
    }
    return {};
}

ArrivalPlan steady(double per_second, Duration span) {
    ArrivalPlan plan;
    plan.pieces.push_back({per_second, per_second, span});
    return plan;
}

Arrivals::Arrivals(ArrivalPlan plan, std::uint64_t seed) : plan_(std::move(plan)), random_(seed) {
    // Evenly spaced requests begin at 0; drawn ones have a gap before the first too.
    if (plan_.poisson) wanted_ = -std::log1p(-random_.unit());
}

std::optional<Duration> Arrivals::next() {
    if (plan_.times != nullptr) return next_given();
    if (plan_.flat_out) return {};
    for (; place_ < plan_.pieces.size(); ++place_) {
        const RatePiece& piece = plan_.pieces[place_];
        const double expected = expected_requests(piece);
        if (wanted_ < expected - kRoundingRequests) {
            last_ = std::max(last_, piece_begin_ + reached(piece, wanted_));
            // A gap in expected requests is a gap in time that follows the rate, be it even or
            // drawn: a Poisson process stretched by the integral of its rate.
            wanted_ += plan_.poisson ? -std::log1p(-random_.unit()) : 1;
            return last_;
        }
        wanted_ = std::max(0.0, wanted_ - expected);
        piece_begin_ += piece.span;
    }
    return {};
}

std::optional<Duration> Arrivals::next_given() {
    if (place_ == plan_.times->size()) return {};
    last_ = std::max(last_, (*plan_.times)[place_++]);
    return last_;
}

}  // namespace aside::lab::load
