// One connection: reads requests, has them answered, writes the answers in order, keeps to limits
// and times.
//
// The hit path is the reason for its shape: one read per wake into a small buffer of its own; then,
// inside one ReadSection and without suspending, every complete request in it is answered from
// memory and all answers leave in one gather write. Only what could not be answered or written so
// is waited for.
//
// Thread rule: its worker's. Ownership: the coroutine `run` owns it. Errors end the connection; a
// client is told why when that can be done.
#pragma once

#include <memory>

#include "front/http/exchange.h"
#include "front/http/input_buffer.h"
#include "front/http/worker_front.h"
#include "runtime/stream.h"
#include "wire/http_body.h"

namespace aside::front {

class Connection {
  public:
    Connection(WorkerFront& front, std::unique_ptr<runtime::Stream> stream);
    ~Connection();
    Connection(const Connection&) = delete;

    static runtime::Task<> run(std::unique_ptr<Connection> self);

    // For the worker's sweep.
    void time_out();
    void end_soon_if_idle();
    void close();
    bool is_blocked() const { return phase_ == Phase::sending && !closed_; }
    std::uint64_t held_bytes() const { return outbox_ ? outbox_->held_bytes() : 0; }

  private:
    friend class WorkerFront;  // its list and deadlines

    enum class Phase : std::uint8_t { idle, head, body, answering, sending, lingering };
    // What is to be done when everything that can be done at once has been.
    enum class Next : std::uint8_t { read, again, suspend, linger, end };

    void expect_request();
    bool awaits_request() const;
    void enter(Phase phase, Duration limit);
    Next answer_ready();
    Next gather(SteadyTime now);
    Next answer_at_once(std::size_t head_bytes, SteadyTime now);
    Next refuse(const wire::Refusal& refusal, SteadyTime now);
    runtime::Task<> answer_suspended(Next& next);
    runtime::Task<std::expected<std::string, wire::Refusal>> read_body(
        const wire::RequestHead& head);
    runtime::Task<> linger();
    Next refuse_body(const wire::Refusal& refusal);
    bool flush();
    void lose();
    void sent_all();
    bool is_last(const wire::RequestHead& head) const;
    // `unread`: the request's body, if it has one, still lies in the stream.
    Next after(const Exchange& exchange, std::size_t head_bytes, bool unread);

    WorkerFront& front_;
    std::unique_ptr<runtime::Stream> stream_;
    Connection* next_ = nullptr;  // the worker's list
    Connection* previous_ = nullptr;
    SteadyTime deadline_ = kNever;  // of the phase
    SteadyTime woken_{};            // when the requests being answered arrived
    SteadyTime blocked_since_{};
    InputBuffer input_;
    std::unique_ptr<Outbox> outbox_;  // while there is something to say
    std::size_t scanned_ = 0;         // of the input, in search of a head's end
    std::uint64_t requests_ = 0;
    std::uint32_t head_bytes_ = 0;  // of the request that is answered slowly
    std::uint32_t unsent_ = 0;      // answers in the outbox
    bool body_follows_ = false;     // likewise
    Phase phase_ = Phase::idle;
    bool closed_ = false;
};

}  // namespace aside::front
