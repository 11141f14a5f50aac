// One connection to one node, over which all commands of a worker go, one behind the other, as the
// usual clients of today do (ioredis, Lettuce). It is dialled by its first command.
//
//   const auto answer = co_await connection->ask({"GET", key});
//   if (!answer) …the command has failed…; use **answer before the next suspension
//
// A command that has no answer after `timeout` ends the connection, and with it all that was under
// way on it, as in the clients that cannot tell whose answer comes next (Jedis, redis-py,
// go-redis). Thread rule: one worker. Ownership: a shared_ptr; tasks keep it while they run.
// Errors: what Worker::connect says; timed_out, connection_lost, protocol, cancelled (close()).
#pragma once

#include <deque>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/worker.h"
#include "telemetry/metrics.h"
#include "wire/resp.h"

namespace aside::lab {

struct NodeOptions {
    std::string user = "default", password;  // no password: without AUTH
    runtime::ConnectOptions connect;
    // From a command to its answer, dialling included. ioredis and Lettuce wait without end and for
    // a minute when nobody tells them; go-redis three seconds, Jedis two: whoever serves requests
    // within seconds sets one second, or thereabouts.
    Duration timeout = std::chrono::seconds(1);
    telemetry::Counter* dials = nullptr;  // connections that were tried; null: nobody counts them
};

class NodeConnection : public std::enable_shared_from_this<NodeConnection> {
  public:
    using Words = std::span<const std::string_view>;
    using Reply = Result<const wire::RespNode*>;  // may be an error reply

    // `options` must outlive it.
    NodeConnection(runtime::Worker& worker, runtime::Endpoint at, const NodeOptions& options);
    NodeConnection(const NodeConnection&) = delete;

    class Asked;
    // The words are looked at when it is awaited. `asking`: with ASKING before it.
    Asked ask(Words words, bool asking = false);

    // Nothing can be asked of it any more.
    bool ended() const { return ended_; }
    const runtime::Endpoint& at() const { return at_; }
    void close();

  private:
    struct Pending {
        Asked* asked;  // null: nobody wants the answer
        SteadyTime deadline;
    };
    void start(Asked& asked);
    void send(Words words, Asked* asked);
    void flush();
    void answer(const wire::RespNode& reply);
    void end(const Error& why);
    void late();
    void arm();
    static runtime::Task<> converse(std::shared_ptr<NodeConnection> self);
    static runtime::Task<> write_out(std::shared_ptr<NodeConnection> self);
    runtime::Task<Error> read_replies();

    runtime::Worker& worker_;
    const runtime::Endpoint at_;
    const NodeOptions& options_;
    std::unique_ptr<runtime::Stream> stream_;  // null: not connected yet
    std::unique_ptr<runtime::Timer> timer_;
    std::deque<Pending> pending_;
    std::string unsent_;
    bool dialled_ = false, writing_ = false, late_ = false, closed_ = false, ended_ = false;
};

class NodeConnection::Asked {
  public:
    Asked(std::shared_ptr<NodeConnection> connection, Words words, bool asking)
        : connection_(std::move(connection)), words_(words), asking_(asking) {}
    Asked(const Asked&) = delete;

    bool await_ready() {
        if (connection_->ended()) reply_ = fail(Errc::connection_lost, "the connection has ended");
        return connection_->ended();
    }
    void await_suspend(std::coroutine_handle<> frame) {
        waiting_ = frame;
        connection_->start(*this);
    }
    Reply await_resume() { return std::move(reply_); }

  private:
    friend class NodeConnection;
    const std::shared_ptr<NodeConnection> connection_;
    const Words words_;
    const bool asking_;
    std::coroutine_handle<> waiting_;
    Reply reply_ = nullptr;
};

inline NodeConnection::Asked NodeConnection::ask(Words words, bool asking) {
    return Asked(shared_from_this(), words, asking);
}

}  // namespace aside::lab
