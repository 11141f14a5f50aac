#include "redis/link/link.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "redis/protocol/command.h"

namespace aside::redis {

namespace {

constexpr Duration kTick = std::chrono::milliseconds(10);  // while anything is under way
constexpr Duration kLate = std::chrono::milliseconds(20);  // a timer so late tells of a stall

}  // namespace

std::string_view name_of(LinkPurpose purpose) {
    constexpr std::string_view kNames[] = {"read", "read_large", "fill", "control"};
    return kNames[static_cast<std::size_t>(purpose)];
}

Link::Link(runtime::Worker& worker, LinkEnvironment& environment, LinkPurpose purpose,
           runtime::Endpoint endpoint, HandshakeWants wants, LinkOwner* owner)
    : worker_(worker),
      environment_(environment),
      purpose_(purpose),
      endpoint_(std::move(endpoint)),
      wants_(std::move(wants)),
      owner_(owner),
      door_(environment.doors != nullptr ? environment.doors->at(endpoint_)
                                         : std::make_shared<NodeDoor>(NodeDoor::Limits{})),
      health_(environment.health),
      backoff_(environment.backoff),
      timer_(worker.make_timer([this] { on_timer(); })) {
    pipeline_.emplace(environment_.pipeline);
    pipeline_->stop();
}

Link::~Link() {
    assert(idle());
}

void Link::want() {
    if (closed_) return;
    if (resting_) return end_rest();
    if (running_) return;
    running_ = true;
    state_ = LinkState::dialling;
    ++tasks_;
    // Not at once: what fails at once must not be told inside this call.
    worker_.post([this] { worker_.spawn(run()); });
}

bool Link::claim_extra() {
    if (!door_->enter(NodeDoor::Part::extra)) return false;
    place_ = DoorPlace(door_, NodeDoor::Part::extra);
    return true;
}

void Link::dial_now() {
    if (state() != LinkState::waiting || !napping_) return;
    state_ = LinkState::dialling;
    not_before_ = worker_.now();
    arm_by(not_before_);
}

bool Link::seek() {
    if (redialling()) return true;
    if (!refused_ || state() != LinkState::waiting || !napping_) return false;
    const SteadyTime now = worker_.now();
    if (!door_->may_seek(now)) return false;
    seeking_ = true;
    state_ = LinkState::dialling;
    arm_by(now);
    return true;
}

void Link::close() {
    if (closed_) return;
    closed_ = true;
    if (napping_) arm_by(worker_.now());
    break_off(Error{Errc::connection_lost, "closed", 0});
}

void Link::break_off(Error why, bool long_backoff) {
    if (!stream_ || broken_) return;
    broken_ = std::move(why);
    long_backoff_ = long_backoff;
    pipeline_->stop();
    stream_->close();  // the session's task meets the end of its read
}

// --- bytes out

void Link::start(PipelineRequest& request, std::uint32_t replies_ignored, SteadyTime now) {
    pipeline_->started(request, now, replies_ignored);
    post_flush();
    arm_by(now + kTick);
}

void Link::post_flush() {
    if (flush_posted_) return;
    flush_posted_ = true;
    ++tasks_;
    worker_.post([this] {
        --tasks_;
        flush_posted_ = false;
        flush();
    });
}

void Link::flush() {
    if (!stream_ || broken_ || write_failed_ || write_room_.awaited) return;
    while (!pipeline_->unsent().empty()) {
        const std::string_view unsent[] = {pipeline_->unsent()};
        const Result<std::size_t> taken = stream_->try_write(unsent);
        if (!taken) {
            // Answers that came before the end may still be read: reading meets the end too.
            write_failed_ = true;
            return;
        }
        if (*taken == 0) {
            write_room_.awaited = true;
            stream_->start_wait_writable(write_room_);
            return;
        }
        pipeline_->sent(*taken);
    }
}

void Link::write_room_came(const Result<std::size_t>& result) {
    write_room_.awaited = false;
    if (write_room_.end_waiting) {
        std::exchange(write_room_.end_waiting, nullptr).resume();
    } else if (result) {
        flush();
    } else {
        write_failed_ = true;
    }
}

// --- the one timer

void Link::arm_by(SteadyTime when) {
    if (when >= armed_for_) return;
    armed_for_ = when;
    timer_->arm(when);
}

void Link::on_timer() {
    const SteadyTime due = std::exchange(armed_for_, kNever);
    if (napping_) {
        std::exchange(napping_, nullptr).resume();
        return;
    }
    if (!stream_ || broken_) return;
    const SteadyTime now = worker_.now();
    // The loop stood still. Each socket has been read once since, but there may be more in it.
    const bool late = now - due > kLate && !last_was_late_;
    last_was_late_ = late;
    if (now - due >= environment_.health.suspect_after) stood_still(due, now);
    if (!late) judge(now);
    if (broken_ || !stream_) return;
    const bool busy = pipeline_->under_way() > 0;
    const SteadyTime soon = now + kTick;
    const SteadyTime ping_due = pipeline_->last_heard() + environment_.health.ping_idle;
    arm_by(busy ? soon : std::max(soon, std::min(renew_at_, ping_due)));
}

void Link::judge(SteadyTime now) {
    pipeline_->expire(now);
    if (state_ != LinkState::up) {
        if (dial_stood_still_) {
            (void)proof_may_come(now);
        } else if (handshake_began_ + environment_.handshake_timeout <= now) {
            break_off(Error{Errc::timed_out, "the handshake is not answered", 0});
        }
        return;
    }
    if (suspected_) judge_suspected(now);
    if (!broken_) tick(now);
}

void Link::tick(SteadyTime now) {
    // A server that pauses writes answers nothing on a connection that sent one, and is well:
    // fills tell nothing about the node but by their tombstones' age.
    const bool judged = purpose_ != LinkPurpose::fill;
    const auto action = health_.tick(judged ? pipeline_->oldest_sent() : kNever, now);
    if (action == NodeHealth::Action::ping) send_ping(now);
    if (action == NodeHealth::Action::close)
        break_off(Error{Errc::timed_out, "the node is silent", 0});
    if (pipeline_->worn_out(now))
        break_off(Error{Errc::timed_out, "too many replies are overdue", 0});
    tell_health();
    if (now >= renew_at_ && !renewing_ && !broken_) {
        renewing_ = true;
        ++tasks_;
        worker_.spawn(renew());
    }
}

void Link::send_ping(SteadyTime now) {
    if (ping_.under_way || !pipeline_->can_start()) return;
    ping_.under_way = true;
    ping_.deadline = now + environment_.health.open_after;
    append_command(pipeline_->output(), Command::ping);
    start(ping_);
}

void Link::heard(SteadyTime now) {
    health_.heard(now);
    tell_health();
}

void Link::tell_health() {
    const Health before = std::exchange(told_health_, health_.health());
    if (before != told_health_ && !closed_) owner_->link_health(before, told_health_);
}

}  // namespace aside::redis
