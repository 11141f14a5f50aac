// What a fill lane does about replies: the part of FillLane that reads reply_meaning.h.
#include "redis/alarm.h"
#include "redis/fill_lane.h"

namespace aside::redis {

namespace {

// READONLY: how long the refresh it sets off (within 100 ms, and an answer) is given before the job
// goes out again.
constexpr Duration kRerouteAfter = std::chrono::milliseconds(150);
constexpr std::size_t kDelayedMax = 256;

std::string_view name_of(LaneCommand command) {
    switch (command) {
        case LaneCommand::invalidate:
            return "invalidate";
        case LaneCommand::take_lease:
        case LaneCommand::renew_lease:
        case LaneCommand::release_lease:
            return "lease";
        case LaneCommand::fill_leased:
        case LaneCommand::fill_if_absent:
            break;
    }
    return "fill";
}

RefreshReason refresh_reason(ReplyError error) {
    switch (error) {
        case ReplyError::moved:
            return RefreshReason::moved;
        case ReplyError::read_only:
            return RefreshReason::read_only;
        default:
            return RefreshReason::cluster_down;
    }
}

}  // namespace

void FillLane::job_replied(LaneJob& request, const wire::RespNode& reply) {
    std::unique_ptr<LaneJob> job = take_sent(request);
    pump_soon();
    if (closed_) return answer_job(*job, {.outcome = LaneOutcome::lost});
    if (reply.type == wire::RespType::error) return react(std::move(job), reply.text);
    const std::optional<LaneReply> told = read_job_reply(*job, reply);
    if (!told) {
        break_off("an answer of the wrong type");
        return answer_job(*job, {.outcome = LaneOutcome::error_reply});
    }
    hold_.wrote();
    const bool won_late =
        job->caller == nullptr && job->command == LaneCommand::take_lease && told->first == 1;
    if (won_late) return give_back_late_lease(std::move(job));
    answer_job(*job, *told);
}

// Nobody waits for it any more; kept, it would make others wait until it lapses.
void FillLane::give_back_late_lease(std::unique_ptr<LaneJob> job) {
    auto release = std::make_unique<LaneJob>(LaneCommand::release_lease);
    release->slot = job->slot;
    release->data = std::move(job->data);
    release->lease = std::move(job->lease);
    release->tombstone = std::move(job->tombstone);
    release->token = job->token;
    release->answer_by = worker_.now() + state_.options.fill_timeout;
    release->room = std::move(job->room);
    expect_by(release->answer_by);
    queues_[priority_of(release->command)].push_back(std::move(release));
}

void FillLane::react(std::unique_ptr<LaneJob> job, std::string_view text) {
    const ReplyError error = classify(text);
    const ReplyMeaning& meaning = meaning_of(error);
    const SteadyTime now = worker_.now();
    if (meaning.alarm) {
        raise_alarm(state_, worker_, error, link_.endpoint(), name_of(job->command), text);
    }
    if (meaning.node == NodeEffect::demoted) state_.trust.distrust(node_);
    if (meaning.node == NodeEffect::cut_off) state_.trust.cut_off(node_);
    if (meaning.refresh_map && error != ReplyError::moved && state_.control != nullptr) {
        state_.control->refresh(refresh_reason(error));
    }
    if (meaning.link != LinkStep::keep) {
        break_off(std::string(redis::name_of(error)), meaning.link == LinkStep::close_long);
    }
    switch (meaning.fill) {
        case FillStep::follow:
            return redirect(std::move(job), text, false);
        case FillStep::follow_asking:
            return redirect(std::move(job), text, true);
        case FillStep::retry_as_eval:
            if (job->as_eval) break;
            job->as_eval = true;
            queues_[priority_of(job->command)].push_front(std::move(job));
            return;
        case FillStep::retry_once:
            if (job->rerouted || delayed_.size() >= kDelayedMax) break;
            if (now + kRerouteAfter >= job->answer_by) break;
            job->rerouted = true;
            job->asking = false;
            delayed_.push_back({now + kRerouteAfter, std::move(job)});
            return;
        case FillStep::drop_and_pause:
            if (error == ReplyError::loading) {
                hold_.loading(now);
            } else {
                hold_.pause(now);
            }
            break;
        case FillStep::drop:
            hold_.failed();
            break;
    }
    answer_job(*job, {.outcome = LaneOutcome::error_reply, .error = error});
}

void FillLane::redirect(std::unique_ptr<LaneJob> job, std::string_view text, bool asking) {
    const LaneReply dropped{.outcome = LaneOutcome::error_reply,
                            .error = asking ? ReplyError::ask : ReplyError::moved};
    const std::optional<Redirect> target = parse_redirect(text);
    if (!target) {
        if (state_.control != nullptr) state_.control->refresh(RefreshReason::unknown_node);
        return answer_job(*job, dropped);
    }
    const runtime::Endpoint to{
        target->host.empty() ? link_.endpoint().host : std::string(target->host), target->port};
    const NodeId node = state_.numbers.number_of({.endpoint = to, .id = {}, .zone = {}});
    if (node == node_) {
        // The name leads elsewhere by now, or the node is being drained.
        break_off("it redirects to itself");
        if (state_.control != nullptr) state_.control->refresh(RefreshReason::moved);
        return answer_job(*job, dropped);
    }
    if (!asking && state_.control != nullptr) state_.control->moved(target->slot, to);
    if (job->hopped || node == kNoNode) return answer_job(*job, dropped);
    job->hopped = true;
    job->asking = asking;
    router_.hand_over(std::move(job), node, to);
}

void FillLane::break_off(std::string why, bool long_backoff) {
    break_off_ = BreakOff{std::move(why), long_backoff};
    pump_soon();
}

}  // namespace aside::redis
