// When requests leave: a schedule that does not know what became of them.
//
// A plan is a row of pieces, each a rate that stays or grows evenly: steps, ramps and bursts are
// all made of these. Requests are evenly spaced, or drawn (Poisson), so that two may leave at once.
// Thread rule: plain values; an Arrivals has one owner. Errors: bad_input.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace aside::lab::load {

struct RatePiece {
    double from_per_second = 0;
    double to_per_second = 0;
    Duration span{};
};

struct ArrivalPlan {
    std::vector<RatePiece> pieces;
    bool poisson = false;
    // As fast as answers come: a connection's next request leaves with its last answer, for the sum
    // of the pieces' spans; their rates mean nothing then.
    bool flat_out = false;
    // In place of all that: when each is due, never earlier than the one before.
    std::shared_ptr<const std::vector<Duration>> times;

    Duration span() const;
    double requests() const;  // expected; 0 when flat out, for nobody knows
};

// Rates are finite and not negative, spans are not negative, something is to be sent at all.
Result<void> check(const ArrivalPlan& plan);

ArrivalPlan steady(double per_second, Duration span);

class Arrivals {
  public:
    Arrivals(ArrivalPlan plan, std::uint64_t seed);

    // When the next one is due, counted from the load's beginning; never less than the one before.
    // Nothing: that was the last, or the plan is flat out.
    std::optional<Duration> next();

  private:
    std::optional<Duration> next_given();

    ArrivalPlan plan_;
    Random random_;
    std::size_t place_ = 0;   // the piece that `wanted_` counts in, or of the times given
    Duration piece_begin_{};  // since the load's beginning
    double wanted_ = 0;       // of this piece: the next one is due once so many were expected
    Duration last_{};
};

}  // namespace aside::lab::load
