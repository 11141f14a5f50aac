// One client's connection through a FaultProxy: commands in, replies matched to them, faults on the
// way.
//
// Three tasks: commands (client to node), replies (node to outbox), outbox (to the client, one
// writer, so that replies of rules and of the node keep their order). The session ends when all
// three have. Thread rule: the proxy's worker. Ownership: owns both streams.
#pragma once

#include <coroutine>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "lab/proxy_faults.h"
#include "runtime/stream.h"
#include "runtime/worker.h"
#include "wire/resp.h"

namespace aside::lab {

using PortTable = std::map<std::uint16_t, std::uint16_t>;

class ProxySession;

class ProxyHost {
  public:
    virtual ProxyFaults& current() = 0;
    virtual ProxySeen& seen() = 0;
    virtual std::uint16_t port_for_clients(std::uint16_t node_port) const = 0;
    virtual void session_ended(ProxySession& session) = 0;

  protected:
    ~ProxyHost() = default;
};

class ProxySession {
  public:
    ProxySession(runtime::Worker& worker, ProxyHost& host, std::uint64_t number,
                 std::unique_ptr<runtime::Stream> client)
        : worker_(worker), host_(host), number_(number), client_(std::move(client)) {}

    void start(runtime::Endpoint node);
    void close();

  private:
    // A command whose reply is to come, in order.
    struct Pending {
        std::string name;
        std::string reply;      // of a rule; empty: the node's
        bool from_node = true;  // the node will answer
    };
    struct Piece {
        SteadyTime due;
        std::string bytes;
    };
    // Suspends until wake() was called since the last time.
    struct Bell {
        bool rung = false;
        std::coroutine_handle<> waiting;
        bool await_ready() noexcept { return std::exchange(rung, false); }
        void await_suspend(std::coroutine_handle<> frame) noexcept { waiting = frame; }
        void await_resume() noexcept { rung = false; }
    };

    runtime::Task<> connect_and_run(runtime::Endpoint node);
    runtime::Task<> carry_commands();
    runtime::Task<> carry_replies();
    runtime::Task<> carry_outbox();
    runtime::Task<> part_ended(runtime::Task<> part);

    bool take_commands(std::string& to_node);
    void take_command(std::string_view bytes, std::string& to_node);
    ReplyRule* rule_for(const std::string& name, std::string_view bytes);
    bool take_replies();
    void take_reply(std::string bytes);
    std::string rewritten(std::string bytes, const std::string& command) const;
    void send_ready();
    void send(std::string bytes);
    void ring();

    runtime::Worker& worker_;
    ProxyHost& host_;
    const std::uint64_t number_;
    std::unique_ptr<runtime::Stream> client_;
    std::unique_ptr<runtime::Stream> node_;
    wire::RespReader command_reader_, reply_reader_;
    std::string commands_, replies_;  // not parsed yet
    std::deque<Pending> pending_;
    std::deque<Piece> outbox_;
    Bell bell_;
    bool closed_ = false;
    // What comes after lost bytes is no frame's beginning: the connection is dead from there on,
    // and only its client does not know.
    bool lost_bytes_ = false;
    bool garbled_ = false;
    unsigned parts_ = 0;
};

}  // namespace aside::lab
