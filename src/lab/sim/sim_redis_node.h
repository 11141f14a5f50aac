// A simulated Redis or Valkey node: a ServerCore that listens on its own host and speaks RESP.
//
//   kill()    the process is gone: connections are closed, connects refused
//   freeze()  the process is stopped and its kernel is not: connects succeed, bytes are taken,
//             nothing answers
//   pause     writes wait, and with them everything behind them on their connection
//
// What is wrong with its states and its words: core().states, lies. Thread rule: the worker given,
// or between events. Ownership: borrows world and core; must outlive its tasks: kill(), then let
// the world run until they have ended.
#pragma once

#include <coroutine>
#include <memory>
#include <string>
#include <vector>

#include "lab/sim/server_core.h"
#include "runtime/sim/world.h"
#include "wire/resp.h"

namespace aside::lab {

class SimRedisNode {
  public:
    SimRedisNode(runtime::SimWorld& world, unsigned worker, runtime::Endpoint at, ServerSetup setup,
                 ServerHost& host, const std::vector<NodeName>& names);
    ~SimRedisNode();
    SimRedisNode(const SimRedisNode&) = delete;

    void start();
    // Another machine bears its name from the next start on.
    void move_to(std::string host) { at_.host = std::move(host); }
    void kill();
    void freeze();
    void thaw();
    void pause_writes();
    void resume_writes();
    // Ends the clients' connections; listening goes on.
    void drop_connections();

    bool running() const { return running_; }
    bool frozen() const { return frozen_; }
    bool responsive() const { return running_ && !frozen_; }
    ServerCore& core() { return core_; }
    const ServerCore& core() const { return core_; }
    const runtime::Endpoint& at() const { return at_; }
    std::size_t connections() const { return connections_.size(); }

    // Tells those who track what has changed since the last time.
    void push_changes();

    NodeLies lies;

    struct Counts {
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;  // over max_clients
        std::uint64_t commands = 0;
        std::uint64_t gets = 0;
        std::uint64_t topology = 0;
        std::uint64_t lies = 0;
        std::size_t connections_peak = 0;
    };
    const Counts& counts() const { return counts_; }

  private:
    struct Connection;
    struct Reply {
        std::string bytes;
        std::string get_of;  // the key of a GET
    };
    struct Runnable;
    using ConnectionRef = std::shared_ptr<Connection>;

    runtime::Task<> accept_connections(std::unique_ptr<runtime::Listener> listener);
    void accepted(std::unique_ptr<runtime::Stream> stream);
    runtime::Task<> serve(ConnectionRef connection);
    runtime::Task<> write_out(ConnectionRef connection);
    // Runs what is complete in the buffer; false: the connection is to be closed.
    bool run_commands(const ConnectionRef& connection);
    bool run_frame(Connection& connection, std::vector<Reply>& replies);
    void send(const ConnectionRef& connection, std::string_view bytes);
    bool lie(const ConnectionRef& connection, std::vector<Reply>& replies);
    void lie_about(Reply& reply);
    void wake();

    runtime::SimWorld& world_;
    runtime::SimWorker& worker_;
    runtime::Endpoint at_;
    ServerHost& host_;
    ServerCore core_;
    Random random_;
    Counts counts_;
    bool running_ = false;
    bool frozen_ = false;
    runtime::Listener* listener_ = nullptr;  // of the accepting task
    std::vector<ConnectionRef> connections_;
    std::vector<std::coroutine_handle<>> waiting_;  // to be runnable again
};

}  // namespace aside::lab
