#include "redis/fill_calls.h"

#include <algorithm>

#include "redis/value_codec.h"

namespace aside::redis {

namespace {

// An invalidation is sent again when nothing was heard of it for so long: it is idempotent, and the
// connection may be one that died without a word.
constexpr Duration kInvalidateAttempt = std::chrono::seconds(1);
constexpr Duration kRetryWaitMin = std::chrono::milliseconds(20);
constexpr Duration kRetryWaitMax = std::chrono::milliseconds(200);

// const LaneReply reply = co_await LaneCall(...): sends the job and resumes with its answer.
struct LaneCall final : LaneCaller {
    LaneCall(FillLanes& to, runtime::Worker& on, std::unique_ptr<LaneJob> what)
        : lanes(to), worker(on), job(std::move(what)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        job->caller = this;
        job->caller_worker = &worker;
        const std::optional<LaneReply> refused = lanes.send(std::move(job), worker.now());
        if (refused) reply = *refused;
        return !refused;  // resumed by a post to this worker, so not before this returns
    }
    LaneReply await_resume() const noexcept { return reply; }
    void lane_answered(LaneReply answer) override {
        reply = answer;
        waiting.resume();
    }

    FillLanes& lanes;
    runtime::Worker& worker;
    std::unique_ptr<LaneJob> job;
    std::coroutine_handle<> waiting;
    LaneReply reply;
};

FillState fill_state(const LaneReply& reply) {
    switch (reply.outcome) {
        case LaneOutcome::done:
            return reply.first == 1 ? FillState::stored : FillState::refused;
        case LaneOutcome::paused:
            return FillState::paused;
        case LaneOutcome::shed:
            return FillState::shed;
        case LaneOutcome::error_reply:
            return meaning_of(reply.error).fill == FillStep::drop_and_pause ? FillState::paused
                                                                            : FillState::dropped;
        case LaneOutcome::not_connected:
        case LaneOutcome::full:
        case LaneOutcome::timed_out:
        case LaneOutcome::lost:
            break;
    }
    return FillState::dropped;
}

Error error_of(const LaneReply& reply) {
    switch (reply.outcome) {
        case LaneOutcome::not_connected:
            return {Errc::refused, "the slot's owner is not connected"};
        case LaneOutcome::full:
            return {Errc::overloaded, "too much is under way to the slot's owner"};
        case LaneOutcome::timed_out:
            return {Errc::timed_out, "the slot's owner did not answer"};
        case LaneOutcome::lost:
            return {Errc::connection_lost, "the connection to the slot's owner ended"};
        case LaneOutcome::paused:
        case LaneOutcome::shed:
        case LaneOutcome::done:
        case LaneOutcome::error_reply:
            break;
    }
    const bool denied = meaning_of(reply.error).reason == UnknownReason::denied;
    const Errc code = denied                                     ? Errc::denied
                      : reply.error == ReplyError::out_of_memory ? Errc::full
                                                                 : Errc::busy;
    return {code, "the slot's owner answered: " + std::string(name_of(reply.error))};
}

// Where a person must act first, or the server refuses writes as such, asking again is no use.
bool worth_another_try(const LaneReply& reply) {
    if (reply.outcome != LaneOutcome::error_reply) return true;
    switch (reply.error) {
        case ReplyError::no_replicas:
        case ReplyError::other:
            return false;
        default:
            return !meaning_of(reply.error).alarm;
    }
}

std::unique_ptr<LaneJob> copy_of(const LaneJob& pattern) {
    auto job = std::make_unique<LaneJob>(pattern.command);
    job->slot = pattern.slot;
    job->data = pattern.data;
    job->lease = pattern.lease;
    job->tombstone = pattern.tombstone;
    job->ttl = pattern.ttl;
    return job;
}

}  // namespace

std::unique_ptr<LaneJob> FillCalls::make_job(LaneCommand command, RemoteKey key, LeaseToken token,
                                             Duration ttl, SteadyTime answer_by) const {
    auto job = std::make_unique<LaneJob>(command);
    job->slot = state_.names.slot(key);
    state_.names.data_name(key, job->data);
    state_.names.lease_name(key, job->lease);
    state_.names.tombstone_name(key, job->tombstone);
    job->token = token;
    job->ttl = ttl;
    job->answer_by = answer_by;
    return job;
}

runtime::Task<LeaseAnswer> FillCalls::take_lease(runtime::Worker& worker, RemoteKey key,
                                                 SteadyTime deadline) {
    const LeaseToken token = std::max<LeaseToken>(1, worker.random().next());
    const SteadyTime answer_by = std::min(deadline, worker.now() + state_.options.lease_timeout);
    return run_take_lease(
        worker, make_job(LaneCommand::take_lease, key, token, state_.options.lease_ttl, answer_by));
}

runtime::Task<LeaseAnswer> FillCalls::run_take_lease(runtime::Worker& worker,
                                                     std::unique_ptr<LaneJob> job) {
    const LeaseToken token = job->token;
    LaneCall call(lanes_, worker, std::move(job));
    const LaneReply reply = co_await call;
    if (reply.outcome != LaneOutcome::done)
        co_return LeaseAnswer{.late = reply.outcome == LaneOutcome::timed_out};
    if (reply.first == 1) {
        co_return LeaseAnswer{.state = LeaseState::won,
                              .token = token,
                              .remaining = state_.options.lease_ttl,
                              .recently_invalidated = reply.second != 0};
    }
    const Duration remaining =
        std::chrono::milliseconds(std::clamp<std::int64_t>(reply.second, 0, 24 * 3'600'000));
    co_return LeaseAnswer{.state = LeaseState::held,
                          .remaining = std::min(remaining, state_.options.lease_ttl)};
}

runtime::Task<bool> FillCalls::renew_lease(runtime::Worker& worker, RemoteKey key,
                                           LeaseToken token) {
    return run_renew_lease(worker,
                           make_job(LaneCommand::renew_lease, key, token, state_.options.lease_ttl,
                                    worker.now() + state_.options.fill_timeout));
}

runtime::Task<bool> FillCalls::run_renew_lease(runtime::Worker& worker,
                                               std::unique_ptr<LaneJob> job) {
    LaneCall call(lanes_, worker, std::move(job));
    const LaneReply reply = co_await call;
    co_return reply.outcome == LaneOutcome::done&& reply.first == 1;
}

void FillCalls::release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) {
    if (token == 0) return;
    const SteadyTime now = worker.now();
    lanes_.send(
        make_job(LaneCommand::release_lease, key, token, {}, now + state_.options.fill_timeout),
        now);
}

runtime::Task<FillState> FillCalls::fill(runtime::Worker& worker, RemoteFill fill) {
    return run_fill(worker, std::move(fill));
}

runtime::Task<FillState> FillCalls::run_fill(runtime::Worker& worker, RemoteFill fill) {
    const RemoteKey key{fill.value->kind(), fill.value->key()};
    // Without a lease nothing says that the value is the newest: it must not replace one.
    const LaneCommand command =
        fill.lease != 0 ? LaneCommand::fill_leased : LaneCommand::fill_if_absent;
    const SteadyTime now = worker.now();
    // Asked before the value is encoded: compressing what will not be sent is for nothing.
    const auto refused = lanes_.refusal(state_.names.slot(key), command, now);
    if (refused) co_return fill_state(*refused);
    const std::optional<Duration> ttl = time_to_live(fill, now, state_.options);
    auto job = make_job(command, key, fill.lease, ttl.value_or(Duration::zero()),
                        now + state_.options.fill_timeout);
    if (!ttl || !encode_fill(job->value, fill, worker, state_.options)) {
        release_lease(worker, key, fill.lease);
        co_return FillState::refused;
    }
    LaneCall call(lanes_, worker, std::move(job));
    const LaneReply reply = co_await call;
    co_return fill_state(reply);
}

runtime::Task<Result<void>> FillCalls::invalidate(runtime::Worker& worker, RemoteKey key,
                                                  SteadyTime deadline) {
    return run_invalidate(
        worker, make_job(LaneCommand::invalidate, key, 0, state_.options.tombstone_grace, deadline),
        deadline);
}

runtime::Task<Result<void>> FillCalls::run_invalidate(runtime::Worker& worker,
                                                      std::unique_ptr<LaneJob> pattern,
                                                      SteadyTime deadline) {
    Duration wait_max = kRetryWaitMin;
    while (true) {
        auto job = copy_of(*pattern);
        job->answer_by = std::min(deadline, worker.now() + kInvalidateAttempt);
        LaneCall call(lanes_, worker, std::move(job));
        const LaneReply reply = co_await call;
        if (reply.outcome == LaneOutcome::done && reply.first == 1) co_return Result<void>();
        const auto wait =
            kRetryWaitMin / 2 +
            Duration(worker.random().below(static_cast<std::uint64_t>(wait_max.count())));
        wait_max = std::min(2 * wait_max, kRetryWaitMax);
        const bool again = worth_another_try(reply) && worker.now() + wait < deadline;
        if (!again || state_.stopping) co_return fail(error_of(reply));
        co_await runtime::sleep_for(worker, wait);
    }
}

}  // namespace aside::redis
