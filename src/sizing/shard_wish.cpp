#include "sizing/shard_wish.h"

#include <algorithm>
#include <cmath>

namespace aside::sizing {

void ShardWish::observe(SteadyTime now, double needed) {
    if (!std::isfinite(needed) || needed < 0) return;
    smooth(now, needed);
    // Neither a burst, nor what is left of a need that has ended.
    note_peak(now, std::min(smoothed_, needed));
    if (!wished_) {
        wished_ = shards_for(needed, options_.rise_room);
        changed_ = now;
        return;
    }
    const double enough_for = options_.rise_at * *wished_;
    if (smoothed_ > enough_for) {
        if (!too_few_since_) too_few_since_ = now;
        // What has ended by now was a burst.
        if (needed > enough_for && now - *too_few_since_ >= options_.rise_after)
            wish(shards_for(smoothed_, options_.rise_room), now);
        return;
    }
    too_few_since_.reset();
    if (now - changed_ < options_.fall_after) return;
    const unsigned enough = shards_for(peaks_.front().needed, options_.fall_room);
    if (enough < *wished_) wish(enough, now);
}

// The first observation has no time before it: it counts only while it is alone.
void ShardWish::smooth(SteadyTime now, double needed) {
    recent_.push_back({now, needed});
    const SteadyTime from = now - options_.smooth_over;
    while (recent_.size() > 1 && recent_[1].at <= from) recent_.pop_front();
    double sum = 0, seconds = 0;
    for (std::size_t i = 1; i < recent_.size(); ++i) {
        const Duration span = recent_[i].at - std::max(recent_[i - 1].at, from);
        const double passed = std::chrono::duration<double>(span).count();
        sum += recent_[i].needed * passed;
        seconds += passed;
    }
    smoothed_ = seconds > 0 ? sum / seconds : needed;
}

void ShardWish::note_peak(SteadyTime now, double needed) {
    while (!peaks_.empty() && peaks_.back().needed <= needed) peaks_.pop_back();
    peaks_.push_back({now, needed});
    while (now - peaks_.front().at > options_.fall_after) peaks_.pop_front();
}

unsigned ShardWish::shards_for(double needed, double room) const {
    const double shards = std::ceil(needed * room - 1e-9);
    return static_cast<unsigned>(std::clamp(shards, static_cast<double>(options_.least),
                                            static_cast<double>(options_.most)));
}

void ShardWish::wish(unsigned shards, SteadyTime now) {
    too_few_since_.reset();
    if (shards == *wished_) return;
    wished_ = shards;
    changed_ = now;
    ++changes_;
}

}  // namespace aside::sizing
