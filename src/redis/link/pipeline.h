// One connection's requests and replies, as a machine without I/O: what to write, whom each reply
// belongs to, what is overdue.
//
// Replies come in the order of requests. A request that is given up (timed out, cancelled) leaves a
// tombstone in its place, whose reply is read and thrown away; without that the next request would
// get it. Pushes are told apart by type before any reply is counted. Bounded: requests under way,
// bytes not written yet, tombstones (their number and age): over them the connection is not worth
// keeping. Thread rule: one worker. Ownership: a PipelineRequest belongs to its caller from start
// until replied / failed / given up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "engine/ports/remote_tier.h"
#include "wire/resp.h"

namespace aside::redis {

class PipelineRequest {
  public:
    // The reply, whose texts live until the call returns. Exactly one of the two is called, once.
    virtual void replied(const wire::RespNode& reply) = 0;
    // There will be none: the connection ended (connection_lost, protocol), or the deadline passed
    // (timed_out): then its reply is still to come and will be dropped.
    virtual void failed(Errc why) = 0;

    SteadyTime deadline = kNever;
    SteadyTime sent_at{};  // set by the pipeline

  protected:
    ~PipelineRequest() = default;
};

class PushHandler {
  public:
    virtual void pushed(const wire::RespNode& push) = 0;

  protected:
    ~PushHandler() = default;
};

struct PipelineLimits {
    std::uint32_t requests = 1000;  // under way, tombstones included
    std::uint64_t unsent_bytes = 8ULL << 20;
    std::uint32_t tombstones = 64;
    Duration tombstone_age = std::chrono::seconds(2);
    wire::RespLimits replies;
};

class Pipeline {
  public:
    explicit Pipeline(PipelineLimits limits, PushHandler* pushes = nullptr);
    ~Pipeline();

    // --- Towards the server. A request's command is appended to output() between these two, so
    // that nothing is copied twice. False: a bound is reached, nothing was started.
    bool can_start() const;
    std::string& output();  // append one command (or ASKING and one: `replies_ignored` 1)
    // `replies_ignored`: replies that precede the request's own; an error among them becomes the
    // request's reply (ASKING refused: the command after it must not count).
    void started(PipelineRequest& request, SteadyTime now, std::uint32_t replies_ignored = 0);

    std::string_view unsent() const;
    void sent(std::size_t bytes);

    // The caller no longer wants it: its reply will be thrown away. failed() is not called.
    void give_up(PipelineRequest& request);
    // failed(timed_out) for every request whose deadline has passed. Gives the next deadline.
    SteadyTime expire(SteadyTime now);

    // --- From the server. Room to read into; at least `wanted` bytes.
    std::span<char> room();
    // `bytes` were read into room(). False: the connection is broken (problem() says how) and must
    // be closed with fail_all.
    bool received(std::size_t bytes, SteadyTime now);
    void fail_all(Errc why);

    // --- Its state.
    std::uint32_t under_way() const;  // tombstones included
    std::uint32_t tombstones() const;
    bool worn_out(SteadyTime now) const;  // too many tombstones, or one too old: close it
    SteadyTime oldest_sent() const;       // of what is under way; kNever when nothing is
    SteadyTime last_heard() const;        // when bytes last came
    // A bulk reply over `bytes` is arriving: what is queued behind it waits.
    bool receiving_large(std::uint64_t bytes) const;
    std::string_view problem() const;
};

}  // namespace aside::redis
