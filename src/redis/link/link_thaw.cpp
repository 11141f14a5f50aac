// A session that sat through a time in which this process stood still: suspected, not trusted.
#include <algorithm>
#include <utility>

#include "redis/link/link.h"
#include "redis/protocol/command.h"

namespace aside::redis {

namespace {

// An answer that takes longer than usual may never come: another session is worth its dial. Within
// these, so that a read's budget (50 ms at least) has room for the dial and the read.
constexpr Duration kRaceAfterMin = std::chrono::milliseconds(10);
constexpr Duration kRaceAfterMax = std::chrono::milliseconds(25);
// Who waits looks every 10 ms. What passes beyond this between two looks, the process did not run.
constexpr Duration kLookMax = std::chrono::milliseconds(20);

}  // namespace

void Link::thawed(SteadyTime since, SteadyTime now) {
    if (thawed_at_ > since) return;
    thawed_at_ = now;
    health_.thawed(now);
    if (broken_) return;
    if (state_ != LinkState::up) {
        // The peer had no chance to be heard meanwhile; but it has not got a second one to be slow.
        dial_stood_still_ = state_ == LinkState::dialling;
        await_proof(now);
        return;
    }
    pipeline_->thawed(now);
    // One that was sent before the last such time proves nothing any more.
    if (std::exchange(proof_.under_way, false)) pipeline_->give_up(proof_);
    if (!pipeline_->can_start()) {
        return break_off(Error{Errc::connection_lost, "full of what was asked long ago", 0});
    }
    suspected_ = proof_.under_way = true;
    told_unproven_ = false;
    await_proof(now);
    append_command(pipeline_->output(), Command::ping);
    start(proof_, 0, now);
}

// Nobody has told the link yet: its timer is so late that silence alone would be held against the
// node.
void Link::stood_still(SteadyTime since, SteadyTime now) {
    const bool before = suspected_;
    thawed(since, now);
    if (suspected_ && !before && !closed_) owner_->link_suspected();
}

void Link::await_proof(SteadyTime now) {
    proof_awaited_ = Duration::zero();
    proof_awaited_until_ = now;
}

// False: it is given up.
bool Link::proof_may_come(SteadyTime now) {
    proof_awaited_ += std::min(now - std::exchange(proof_awaited_until_, now), kLookMax);
    if (proof_awaited_ < kProveWithin) return true;
    break_off(Error{Errc::connection_lost, "no answer since this process stood still", 0});
    return false;
}

void Link::judge_suspected(SteadyTime now) {
    if (!proof_may_come(now)) return;
    if (proof_awaited_ < race_after() || std::exchange(told_unproven_, true)) return;
    owner_->link_unproven();
}

Duration Link::race_after() const {
    return std::clamp(health_.p99(), kRaceAfterMin, kRaceAfterMax);
}

void Link::proven() {
    proof_.under_way = false;
    suspected_ = false;
    if (!closed_) owner_->link_proven();
}

}  // namespace aside::redis
