// One command for a node's fill lane: what to send, who waits for it, how far it got.
//
// Thread rule: made on the caller's worker, then handed by post to the lane's owner and touched
// there alone; its answer goes back by a post to the caller's worker. Ownership: whoever works on
// it (a post under way, a lane) owns it; the caller must live until it was answered, and forgets
// the job as soon as it sent it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/ports/remote_tier.h"
#include "redis/lane_gate.h"
#include "redis/link/pipeline.h"
#include "redis/protocol/reply_meaning.h"
#include "runtime/worker.h"

namespace aside::redis {

enum class LaneCommand : std::uint8_t {
    invalidate,
    take_lease,
    renew_lease,
    release_lease,
    fill_leased,
    fill_if_absent,
};
// The order in which commands that wait are sent.
inline constexpr std::size_t kLanePriorities = 3;
std::size_t priority_of(LaneCommand command);
// Sent even while fills are held: they free memory, and somebody waits for them to be true.
bool passes_hold(LaneCommand command);
// Not sent to a node that is slow. Leases are: they are small, and spare the origin.
bool shed_when_slow(LaneCommand command);

enum class LaneOutcome : std::uint8_t {
    done,           // the server did as told; `first`, `second`: its numbers
    paused,         // fills to the node are held; nothing was sent
    shed,           // the node is slow; nothing was sent
    not_connected,  // nothing was sent
    full,           // a bound of ours; nothing was sent
    timed_out,      // it may or may not have happened
    lost,           // the connection ended: it may or may not have happened
    error_reply,    // it did not happen; `error` says why
};

struct LaneReply {
    LaneOutcome outcome = LaneOutcome::not_connected;
    ReplyError error = ReplyError::other;
    std::int64_t first = 0, second = 0;
};

class LaneCaller {
  public:
    // Once, on the caller's worker, never inside the call that sent the job.
    virtual void lane_answered(LaneReply reply) = 0;

  protected:
    ~LaneCaller() = default;
};

struct LaneJob;
class LaneSender {
  public:
    virtual void job_replied(LaneJob& job, const wire::RespNode& reply) = 0;
    virtual void job_failed(LaneJob& job, Errc why) = 0;

  protected:
    ~LaneSender() = default;
};

struct LaneJob final : PipelineRequest {
    explicit LaneJob(LaneCommand of) : command(of) {}

    const LaneCommand command;
    std::uint16_t slot = 0;
    std::string data, lease, tombstone;  // names
    LeaseToken token = 0;
    Duration ttl{};     // of the value, the lease or the tombstone
    std::string value;  // as stored
    SteadyTime answer_by = kNever;

    LaneCaller* caller = nullptr;  // null: nobody waits, or it was answered
    runtime::Worker* caller_worker = nullptr;
    LaneRoom room;

    LaneSender* sender = nullptr;
    std::size_t place = 0;  // among what the lane has sent
    bool hopped = false, asking = false, as_eval = false, rerouted = false;

    std::uint64_t cost_bytes() const { return value.size() + 3 * data.size() + 256; }
    void replied(const wire::RespNode& reply) override { sender->job_replied(*this, reply); }
    void failed(Errc why) override { sender->job_failed(*this, why); }
};

// Appends the command; gives how many replies precede its own (ASKING's).
std::uint32_t append_job(std::string& out, const LaneJob& job);
// What a reply that is no error says; nothing when it is not what this command is answered with.
std::optional<LaneReply> read_job_reply(const LaneJob& job, const wire::RespNode& reply);
// Tells the caller, if one waits.
void answer_job(LaneJob& job, LaneReply reply);

}  // namespace aside::redis
