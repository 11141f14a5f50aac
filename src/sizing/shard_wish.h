// How many shards to have, from how many are needed now: quick to wish for more, slow to wish for
// fewer, and not for noise.
//
// What is needed is averaged over some seconds: by a mean, which has forgotten what was before a
// step when that is over (an exponential average would come near a need that is barely above the
// wish for ever). When the mean stays near what the wish carries or above it, the wish rises with
// room to spare; it falls only to what would have been enough, with more room than rising gives,
// for all of a long time.
//
//   a step     to three times as much, where that is more than is wished for: the mean has it after
//              `smooth_over`, the wish after `rise_after` more and two looks: within a minute, for
//              looks of up to ten seconds
//   noise      of a fifth around a mean: the wish rises at most once, however slow the noise is, as
//              0.8 x (1.25 x 0.98)^2 is more than 1.2; nor does it fall, if the noise comes back to
//              its mean within `fall_after`, as 1.5 is no less than 1.25 x 1.2
//
// Thread rule: one owner; a machine: the time is passed in and does not go backwards. Units:
// seconds, shards.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"

namespace aside::sizing {

struct ShardWishOptions {
    Duration smooth_over = std::chrono::seconds(20);
    double rise_at = 0.98;                           // needed, by wished for: too few
    Duration rise_after = std::chrono::seconds(15);  // of being too few
    Duration fall_after = std::chrono::minutes(15);  // of being too many
    double rise_room = 1.25;                         // wished for, by needed
    double fall_room = 1.5;
    unsigned least = 1, most = 500;
};

class ShardWish {
  public:
    explicit ShardWish(const ShardWishOptions& options) : options_(options) {}

    // What was needed since the last call, not rounded; measured every few seconds.
    void observe(SteadyTime now, double needed);
    // None before the first observation.
    std::optional<unsigned> wished() const { return wished_; }
    double smoothed() const { return smoothed_; }
    std::uint64_t changes() const { return changes_; }

  private:
    struct Need {
        SteadyTime at;
        double needed;
    };

    void smooth(SteadyTime now, double needed);
    void note_peak(SteadyTime now, double needed);
    unsigned shards_for(double needed, double room) const;
    void wish(unsigned shards, SteadyTime now);

    const ShardWishOptions options_;
    std::optional<unsigned> wished_;
    double smoothed_ = 0;
    // Over smooth_over, and one from before it; each from the one before to its time.
    std::deque<Need> recent_;
    SteadyTime changed_{};
    std::optional<SteadyTime> too_few_since_;
    // Of the need over fall_after, where it is below the smoothed one, else of that: the highest
    // first, each lower than those before it.
    std::deque<Need> peaks_;
    std::uint64_t changes_ = 0;
};

}  // namespace aside::sizing
