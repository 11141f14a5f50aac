#include "redis/fill_lane.h"

#include <algorithm>

#include "redis/protocol/reply_meaning.h"

namespace aside::redis {

namespace {

// While the link is stuck its pulse is felt so often.
constexpr Duration kStuckCheck = std::chrono::milliseconds(100);
// Deadlines that lie closer together are looked at together.
constexpr Duration kWakeGrain = std::chrono::milliseconds(2);

}  // namespace

FillLane::FillLane(TierState& state, LaneGates& gates, LaneRouter& router, runtime::Worker& worker,
                   NodeId node, runtime::Endpoint endpoint)
    : state_(state),
      gates_(gates),
      router_(router),
      worker_(worker),
      node_(node),
      link_(worker, state.links, LinkPurpose::fill, std::move(endpoint), {}, this),
      hold_(state.options.fill_pause_min, state.options.fill_pause_max),
      wake_(worker.make_timer([this] { woken(); })) {}

FillLane::~FillLane() = default;

void FillLane::submit(std::unique_ptr<LaneJob> job) {
    if (closed_) return answer_job(*job, {.outcome = LaneOutcome::not_connected});
    const SteadyTime now = worker_.now();
    if (!passes_hold(job->command) && hold_.held(now)) {
        return answer_job(*job, {.outcome = LaneOutcome::paused});
    }
    link_.want();
    expect_by(job->answer_by);
    queues_[priority_of(job->command)].push_back(std::move(job));
    pump();
}

void FillLane::close() {
    closed_ = true;
    wake_->disarm();
    for (Delayed& delayed : delayed_) {
        answer_job(*delayed.job, {.outcome = LaneOutcome::not_connected});
    }
    delayed_.clear();
    answer_waiting(LaneOutcome::not_connected);
    gates_.set_link(node_, LinkState::idle);
    gates_.hold(node_, SteadyTime{});
    link_.close();
}

void FillLane::pump() {
    if (closed_) return;
    const SteadyTime now = worker_.now();
    if (break_off_) {
        const BreakOff wish = *std::exchange(break_off_, std::nullopt);
        link_.break_off({Errc::protocol, wish.why}, wish.long_backoff);
    }
    answer_overdue(now);
    route_again_due(now);
    answer_held(now);
    if (link_.up() && link_.suspected()) {
        // What waits is sent when the connection is proven, or another one is there.
    } else if (link_.up()) {
        for (std::size_t priority = 0; priority < kLanePriorities; ++priority) {
            auto& queue = queues_[priority];
            while (!queue.empty() && may_send(priority)) {
                std::unique_ptr<LaneJob> job = std::move(queue.front());
                queue.pop_front();
                send(std::move(job));
            }
        }
    } else if (link_.state() == LinkState::waiting) {
        answer_waiting(LaneOutcome::not_connected);
    }
    publish(now);
}

bool FillLane::may_send(std::size_t priority) {
    if (!link_.pipeline().can_start()) return false;
    return priority + 1 < kLanePriorities || fills_sent_ < hold_.window();
}

void FillLane::send(std::unique_ptr<LaneJob> job) {
    const std::uint32_t ignored = append_job(link_.pipeline().output(), *job);
    // A lease that is won late must be heard of, to be given back: until it has lapsed.
    job->deadline = job->command == LaneCommand::take_lease
                        ? worker_.now() + state_.options.lease_ttl
                        : job->answer_by;
    job->sender = this;
    job->place = sent_.size();
    if (priority_of(job->command) + 1 == kLanePriorities) ++fills_sent_;
    LaneJob& request = *job;
    sent_.push_back(std::move(job));
    link_.start(request, ignored);
}

std::unique_ptr<LaneJob> FillLane::take_sent(LaneJob& job) {
    if (priority_of(job.command) + 1 == kLanePriorities) --fills_sent_;
    std::unique_ptr<LaneJob> taken = std::move(sent_[job.place]);
    if (job.place + 1 != sent_.size()) {
        sent_[job.place] = std::move(sent_.back());
        sent_[job.place]->place = job.place;
    }
    sent_.pop_back();
    return taken;
}

void FillLane::job_failed(LaneJob& request, Errc why) {
    const std::unique_ptr<LaneJob> job = take_sent(request);
    const SteadyTime now = worker_.now();
    if (why == Errc::timed_out) {
        overdue(*job, now);
        answer_job(*job, {.outcome = LaneOutcome::timed_out});
    } else {
        hold_.failed();
        answer_job(*job, {.outcome = LaneOutcome::lost});
    }
    pump_soon();
}

void FillLane::expect_by(SteadyTime when) {
    next_overdue_ = std::min(next_overdue_, when);
    wake_at(when);
}

void FillLane::answer_overdue(SteadyTime now) {
    if (now < next_overdue_) return;
    SteadyTime next = kNever;
    for (auto& queue : queues_) {
        std::erase_if(queue, [&](const std::unique_ptr<LaneJob>& job) {
            if (job->answer_by > now) {
                next = std::min(next, job->answer_by);
                return false;
            }
            answer_job(*job, {.outcome = LaneOutcome::not_connected});
            return true;
        });
    }
    for (const std::unique_ptr<LaneJob>& job : sent_) {
        if (job->caller == nullptr || job->command != LaneCommand::take_lease) continue;
        if (job->answer_by > now) {
            next = std::min(next, job->answer_by);
            continue;
        }
        overdue(*job, now);
        answer_job(*job, {.outcome = LaneOutcome::timed_out});
    }
    next_overdue_ = next;
}

// What was sent before this process stood still is late by that.
void FillLane::overdue(const LaneJob& job, SteadyTime now) {
    if (job.sent_at <= link_.thawed_at()) return;
    hold_.overdue(job.sent_at, link_.pipeline().last_heard(), now);
}

void FillLane::thawed(SteadyTime since) {
    if (closed_) return;
    link_.thawed(since, worker_.now());
    pump_soon();
}

bool FillLane::link_awaited() {
    return std::ranges::any_of(queues_, [](const auto& queue) { return !queue.empty(); });
}

void FillLane::answer_held(SteadyTime now) {
    const bool held = hold_.held(now), slow = state_.slow.strained(node_);
    if (!held && !slow) return;
    for (auto& queue : queues_) {
        std::erase_if(queue, [&](const std::unique_ptr<LaneJob>& job) {
            const bool pause = held && !passes_hold(job->command);
            if (!pause && !(slow && shed_when_slow(job->command))) return false;
            answer_job(*job, {.outcome = pause ? LaneOutcome::paused : LaneOutcome::shed});
            return true;
        });
    }
}

void FillLane::answer_waiting(LaneOutcome outcome) {
    for (auto& queue : queues_) {
        for (const std::unique_ptr<LaneJob>& job : queue) answer_job(*job, {.outcome = outcome});
        queue.clear();
    }
}

void FillLane::route_again_due(SteadyTime now) {
    for (std::size_t i = 0; i < delayed_.size();) {
        if (delayed_[i].due > now) {
            wake_at(delayed_[i].due);
            ++i;
            continue;
        }
        router_.route_again(std::move(delayed_[i].job));
        if (i + 1 != delayed_.size()) delayed_[i] = std::move(delayed_.back());
        delayed_.pop_back();
    }
}

void FillLane::publish(SteadyTime now) {
    if (link_.up()) hold_.heard(link_.pipeline().last_heard());
    if (next_overdue_ != kNever) wake_at(next_overdue_);
    gates_.set_link(node_, link_.state());
    gates_.hold(node_, hold_.held(now) ? hold_.until() : SteadyTime{});
    if (hold_.stuck()) {
        wake_at(now + kStuckCheck);
    } else if (hold_.held(now)) {
        wake_at(hold_.until());
    }
    if (!link_.up() || !hold_.take_writable(now) || state_.events == nullptr) return;
    const std::shared_ptr<const SlotMap> map = state_.map.load();
    const MapNode* const node = map->node(node_);
    if (node == nullptr || !node->primary) return;
    for (const SlotRange slots : node->slots) state_.events->slots_writable(worker_, slots);
}

void FillLane::pump_soon() {
    wake_at(worker_.now());
}

void FillLane::wake_at(SteadyTime when) {
    if (closed_ || when >= wakes_at_) return;
    wakes_at_ = when;
    const SteadyTime now = worker_.now();
    wake_->arm(when <= now ? now : std::max(when, now + kWakeGrain));
}

void FillLane::woken() {
    wakes_at_ = kNever;
    pump();
}

void FillLane::link_up(const ServerFacts&) {
    hold_.link_up();
    pump_soon();
}

void FillLane::link_down(const Error&) {
    hold_.link_down();
    answer_waiting(LaneOutcome::not_connected);
    pump_soon();
}

// What a node is worth to reads is judged by links that reads use.
void FillLane::link_health(Health, Health) {}
void FillLane::link_pushed(const wire::RespNode&) {}

}  // namespace aside::redis
