#include "redis/link/node_health.h"

#include <algorithm>

namespace aside::redis {

bool NodeHealth::admits(Random& random, SteadyTime now) const {
    if (now < not_before_) return false;
    switch (health_) {
        case Health::good:
            return true;
        case Health::suspect:
        case Health::open:
            return false;
        case Health::half_open:
            break;
    }
    switch (trial_) {
        case Trial::ping:
            return false;
        case Trial::one_percent:
            return random.chance(1, 100);
        case Trial::ten_percent:
            return random.chance(1, 10);
    }
    return false;
}

void NodeHealth::heard(SteadyTime now) {
    last_heard_ = std::max(last_heard_, now);
    if (health_ == Health::suspect) health_ = Health::good;
    if (health_ == Health::half_open && trial_ == Trial::ping && trial_ping_asked_) {
        trial_ = Trial::one_percent;
        trial_since_ = now;
    }
}

void NodeHealth::connected(SteadyTime now) {
    last_heard_ = std::max(last_heard_, now);
    last_ping_ = {};
    if (health_ == Health::open || health_ == Health::half_open) {
        health_ = Health::half_open;
        trial_ = Trial::ping;
        trial_ping_asked_ = false;
    } else {
        health_ = Health::good;
    }
}

void NodeHealth::not_now(SteadyTime until) {
    not_before_ = std::max(not_before_, until);
}

void NodeHealth::thawed(SteadyTime now) {
    thawed_at_ = last_ping_ = now;
    trial_since_ = std::max(trial_since_, now);  // a step that nobody made is not passed
}

NodeHealth::Action NodeHealth::tick(SteadyTime oldest_sent, SteadyTime now) {
    // Silence counts from when there was something to answer.
    const SteadyTime quiet_since = std::max({last_heard_, oldest_sent, thawed_at_});
    const Duration silence =
        oldest_sent == kNever || quiet_since >= now ? Duration::zero() : now - quiet_since;
    switch (health_) {
        case Health::open:
            return Action::none;
        case Health::half_open:
            if (silence >= options_.suspect_after) return open();
            return advance_trial(now);
        case Health::suspect:
            if (silence >= options_.open_after) return open();
            break;
        case Health::good:
            if (silence >= options_.open_after) return open();
            if (silence >= options_.suspect_after) health_ = Health::suspect;
            break;
    }
    return ping_if_due(silence, now);
}

NodeHealth::Action NodeHealth::open() {
    health_ = Health::open;
    return Action::close;
}

NodeHealth::Action NodeHealth::advance_trial(SteadyTime now) {
    if (trial_ == Trial::ping) {
        if (trial_ping_asked_) return Action::none;
        trial_ping_asked_ = true;
        last_ping_ = now;
        return Action::ping;
    }
    if (now - trial_since_ >= options_.step) {
        if (trial_ == Trial::ten_percent) {
            health_ = Health::good;
        } else {
            trial_ = Trial::ten_percent;
            trial_since_ = now;
        }
    }
    return ping_if_due(Duration::zero(), now);
}

NodeHealth::Action NodeHealth::ping_if_due(Duration silence, SteadyTime now) {
    const bool asked_since_heard = last_ping_ > last_heard_;
    const bool pending = silence >= options_.ping_pending && !asked_since_heard;
    const bool idle = now - std::max(last_heard_, last_ping_) >= options_.ping_idle;
    if (!pending && !idle) return Action::none;
    last_ping_ = now;
    return Action::ping;
}

}  // namespace aside::redis
