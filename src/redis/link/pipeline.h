// One connection's requests and replies, as a machine without I/O: what to write, whom each reply
// belongs to, what is overdue.
//
// Replies come in the order of requests. A request that is given up (timed out, cancelled) leaves a
// tombstone in its place, whose reply is read and thrown away; without that the next request would
// get it. Pushes are told apart by type before any reply is counted. Bounded: requests under way,
// bytes not written yet, tombstones (their number and age): over them the connection is not worth
// keeping. A request that is told its reply or its failure may call start, give_up, stop and
// fail_all; room(), received() and expire() belong to the shell alone. Thread rule: one worker.
// Ownership: a PipelineRequest belongs to its caller from start until replied / failed / given up.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/protocol/reply_meaning.h"
#include "wire/resp.h"

namespace aside::redis {

class PipelineRequest {
  public:
    // The reply, whose texts live until the call returns. Exactly one of the two is called, once.
    virtual void replied(const wire::RespNode& reply) = 0;
    // There will be none: the connection ended (connection_lost, protocol), or the deadline passed
    // (timed_out): then its reply is still to come and will be dropped.
    virtual void failed(Errc why) = 0;

    SteadyTime deadline = kNever;  // looked at when it is started, not later
    SteadyTime sent_at{};          // set by the pipeline

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
    // More than these while the peer says nothing at all: a peer that is merely late is not
    // answered with a new connection.
    std::uint32_t tombstones = 64;
    Duration tombstones_silence = std::chrono::seconds(1);
    // One so old, and no reply at all for tombstones_silence: replies that are merely slow come one
    // after the other.
    Duration tombstone_age = std::chrono::seconds(2);
    wire::RespLimits replies;
};

class Pipeline {
  public:
    explicit Pipeline(const PipelineLimits& limits, PushHandler* pushes = nullptr);
    Pipeline(const Pipeline&) = delete;

    // --- Towards the server. A request's command is appended to output() between these two, so
    // that nothing is copied twice. False: a bound is reached, nothing was started.
    bool can_start() const {
        return !stopped_ && count_ < limits_.requests &&
               output_.size() - sent_bytes_ < limits_.unsent_bytes;
    }
    std::string& output() { return output_; }  // append one command, or ASKING and one
    // `replies_ignored`: replies that precede the request's own (ASKING: 1); an error among them
    // becomes the request's reply (ASKING refused: the command after it must not count).
    void started(PipelineRequest& request, SteadyTime now, std::uint32_t replies_ignored = 0);

    std::string_view unsent() const { return std::string_view(output_).substr(sent_bytes_); }
    void sent(std::size_t bytes);

    // The caller no longer wants it: its reply will be thrown away. failed() is not called.
    void give_up(PipelineRequest& request);
    // failed(timed_out) for every request whose deadline has passed. Gives the next deadline, or an
    // earlier time at which to ask again.
    SteadyTime expire(SteadyTime now);

    // --- From the server. Room to read into, never empty; enough for the large reply that is
    // arriving.
    std::span<char> room();
    // `bytes` were read into room(). False: the connection is broken (problem() says how) or was
    // stopped, and must be closed with fail_all.
    bool received(std::size_t bytes, SteadyTime now);
    // Nothing more is started and no more replies are given out: what is under way will be failed.
    void stop() { stopped_ = true; }
    // Stops, and fails what is under way.
    void fail_all(Errc why);
    // This process stood still until now: nothing is overdue by that.
    void thawed(SteadyTime now);

    // --- Its state.
    std::uint32_t under_way() const { return count_; }  // tombstones included
    std::uint32_t tombstones() const { return tombstones_; }
    bool worn_out(SteadyTime now) const;  // by its tombstones: close it
    SteadyTime oldest_sent() const;       // of what is under way; kNever when nothing is
    SteadyTime last_heard() const { return last_heard_; }  // when bytes last came
    // A bulk reply over `bytes` is arriving: what is queued behind it waits.
    bool receiving_large(std::uint64_t bytes) const { return wanted_bytes_ > bytes; }
    // It is this request's.
    bool receiving_large(const PipelineRequest& request, std::uint64_t bytes) const {
        return receiving_large(bytes) && count_ > 0 && slot(0).request == &request;
    }
    std::string_view problem() const { return problem_; }
    // The error that the server sent unasked, as it does before it closes ("max number of
    // clients").
    std::optional<ReplyError> last_words() const { return last_words_; }

  private:
    struct Slot {
        PipelineRequest* request = nullptr;  // null: a tombstone
        std::uint32_t replies = 1;           // still to come, its own the last
        SteadyTime sent_at{};
        SteadyTime deadline = kNever;
        SteadyTime buried_at{};
    };
    Slot& slot(std::uint32_t i) { return ring_[(first_ + i) & (ring_.size() - 1)]; }
    const Slot& slot(std::uint32_t i) const { return ring_[(first_ + i) & (ring_.size() - 1)]; }
    void grow_ring();
    PipelineRequest* bury(Slot& slot);
    PipelineRequest* pop();
    bool deliver(const wire::RespNode& frame);
    bool broken(std::string problem);
    void make_room(std::size_t free_bytes);

    const PipelineLimits limits_;
    PushHandler* const pushes_;

    // What is under way, oldest first: a ring whose size is a power of two.
    std::vector<Slot> ring_;
    std::uint32_t first_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t tombstones_ = 0;
    SteadyTime next_deadline_ = kNever;  // none is earlier

    std::string output_;
    std::size_t sent_bytes_ = 0;  // of output_

    wire::RespReader reader_;
    std::unique_ptr<char[]> input_;
    std::size_t input_capacity_ = 0;
    std::size_t input_begin_ = 0;  // unparsed bytes are [begin, end)
    std::size_t input_end_ = 0;
    std::size_t wanted_bytes_ = 0;  // of the frame in progress, in all

    SteadyTime clock_{};  // the latest time it was told
    SteadyTime last_heard_{};
    SteadyTime last_reply_{};
    SteadyTime thawed_at_{};
    bool stopped_ = false;
    std::string problem_;
    std::optional<ReplyError> last_words_;
};

}  // namespace aside::redis
