#include "redis/lane_job.h"

#include <algorithm>
#include <utility>

#include "redis/protocol/command.h"
#include "redis/protocol/scripts.h"

namespace aside::redis {

namespace {

const Script& script_of(LaneCommand command) {
    switch (command) {
        case LaneCommand::invalidate:
            return kInvalidate;
        case LaneCommand::take_lease:
            return kTakeLease;
        case LaneCommand::renew_lease:
            return kRenewLease;
        case LaneCommand::release_lease:
            return kReleaseLease;
        case LaneCommand::fill_leased:
        case LaneCommand::fill_if_absent:
            break;
    }
    return kFill;
}

void append_script(std::string& out, const LaneJob& job, std::string_view ttl) {
    const Script& script = script_of(job.command);
    const Command command = job.as_eval ? Command::eval : Command::evalsha;
    const std::string_view body = job.as_eval ? script.source : script.sha1;
    const std::string token = std::to_string(job.token);
    switch (job.command) {
        case LaneCommand::invalidate:
            return append_command(out, command,
                                  {body, "3", job.data, job.lease, job.tombstone, ttl});
        case LaneCommand::take_lease:
        case LaneCommand::renew_lease:
            return append_command(out, command,
                                  {body, "3", job.data, job.lease, job.tombstone, token, ttl});
        case LaneCommand::release_lease:
            return append_command(out, command,
                                  {body, "3", job.data, job.lease, job.tombstone, token});
        case LaneCommand::fill_leased:
        case LaneCommand::fill_if_absent:
            return append_command(
                out, command,
                {body, "3", job.data, job.lease, job.tombstone, token, ttl, job.value});
    }
}

}  // namespace

std::size_t priority_of(LaneCommand command) {
    switch (command) {
        case LaneCommand::invalidate:
            return 0;
        case LaneCommand::take_lease:
        case LaneCommand::renew_lease:
        case LaneCommand::release_lease:
            return 1;
        case LaneCommand::fill_leased:
        case LaneCommand::fill_if_absent:
            break;
    }
    return 2;
}

bool passes_hold(LaneCommand command) {
    return command == LaneCommand::invalidate || command == LaneCommand::release_lease;
}

bool shed_when_slow(LaneCommand command) {
    return command == LaneCommand::fill_leased || command == LaneCommand::fill_if_absent;
}

std::uint32_t append_job(std::string& out, const LaneJob& job) {
    if (job.asking) append_command(out, Command::asking);
    // PX refuses 0.
    const auto ttl_ms = std::max<std::int64_t>(
        1, std::chrono::duration_cast<std::chrono::milliseconds>(job.ttl).count());
    const std::string ttl = std::to_string(ttl_ms);
    if (job.command == LaneCommand::fill_if_absent) {
        append_command(out, Command::set, {job.data, job.value, "NX", "PX", ttl});
    } else {
        append_script(out, job, ttl);
    }
    return job.asking ? 1 : 0;
}

std::optional<LaneReply> read_job_reply(const LaneJob& job, const wire::RespNode& reply) {
    LaneReply told{.outcome = LaneOutcome::done};
    const bool is_set = job.command == LaneCommand::fill_if_absent;
    switch (reply.type) {
        case wire::RespType::integer:
            if (is_set) return std::nullopt;
            told.first = reply.number;
            return told;
        case wire::RespType::array: {
            if (job.command != LaneCommand::take_lease || reply.count == 0) return std::nullopt;
            const wire::RespNode* const first = wire::child(reply, 0);
            const wire::RespNode* const second = wire::child(reply, 1);
            if (first->type != wire::RespType::integer) return std::nullopt;
            told.first = first->number;
            if (second != nullptr && second->type == wire::RespType::integer) {
                told.second = second->number;
            }
            return told;
        }
        case wire::RespType::simple_string:
            if (!is_set) return std::nullopt;
            told.first = 1;
            return told;
        case wire::RespType::null:  // NX: it is there already
            if (!is_set) return std::nullopt;
            return told;
        default:
            return std::nullopt;
    }
}

void answer_job(LaneJob& job, LaneReply reply) {
    LaneCaller* const caller = std::exchange(job.caller, nullptr);
    if (caller == nullptr) return;
    job.caller_worker->post([caller, reply] { caller->lane_answered(reply); });
}

}  // namespace aside::redis
