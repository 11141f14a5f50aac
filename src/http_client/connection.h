// One connection to a server of HTTP/1.1: exchanges, one after the other, and between them a watch.
//
// A read is under way all the time. So an answer that comes before the request has been sent whole
// is seen, and a connection that the server ends while it is idle is known to be gone before
// somebody uses it. Thread rule: one worker. Ownership: shared by its pool, the exchange and the
// reads under way, which are tasks; close() ends them.
#pragma once

#include <array>
#include <coroutine>
#include <memory>
#include <span>

#include "http_client/http_call.h"
#include "runtime/worker.h"

namespace aside::http_client {

class Connection;

// Told when an idle connection ended, or said something unasked.
class ConnectionOwner {
  public:
    virtual void idle_ended(Connection& connection) = 0;

  protected:
    ~ConnectionOwner() = default;
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(runtime::Worker& worker, std::unique_ptr<runtime::Stream> stream,
               ConnectionOwner& owner);
    void start();  // once

    // Sends a request and reads its answer. `call` must live until it ends. Errors: timed_out (the
    // call's deadline), connection_lost, protocol, too_large, bytes_in_flight, cancelled (closed).
    runtime::Task<Result<HttpAnswer>> exchange(const HttpCall& call);
    // Of the last exchange:
    bool reusable() const { return reusable_; }
    bool answer_begun() const { return answer_begun_; }

    bool used() const { return exchanges_ > 0; }
    SteadyTime exchange_began() const { return exchange_began_; }  // the last one
    SteadyTime opened_at() const { return opened_at_; }

    // Nobody uses it from now on, until the next exchange.
    void rest(SteadyTime since) {
        resting_ = true;
        resting_since_ = since;
    }
    SteadyTime resting_since() const { return resting_since_; }
    void close();

  private:
    struct Progress;  // awaits the end of a read, or room to write
    static constexpr std::size_t kReadBytes = 32 * 1024;

    void start_read();
    void start_wait_writable();
    static runtime::Task<> read_once(std::shared_ptr<Connection> self);
    static runtime::Task<> wait_writable_once(std::shared_ptr<Connection> self);
    void wake();
    runtime::Task<Result<bool>> send(const HttpCall& call);
    runtime::Task<Result<bool>> receive(wire::ResponseReader& reader);

    runtime::Worker& worker_;
    const std::unique_ptr<runtime::Stream> stream_;
    ConnectionOwner& owner_;
    const SteadyTime opened_at_;
    const std::unique_ptr<runtime::Timer> deadline_;

    std::uint64_t exchanges_ = 0;
    SteadyTime exchange_began_{};
    bool reusable_ = false, answer_begun_ = false;
    bool resting_ = false, closed_ = false, late_ = false;
    SteadyTime resting_since_{};

    std::coroutine_handle<> waiting_;
    bool reading_ = false;  // else received_ tells what came
    bool waiting_writable_ = false;
    Result<std::size_t> received_ = 0;
    std::array<char, kReadBytes> buffer_;
};

}  // namespace aside::http_client
