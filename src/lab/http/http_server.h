// An HTTP server of the lab on one worker: accepts connections and has their requests answered, one
// after the other on each.
//
// Thread rule: its worker; the count from any thread. Ownership: borrows the service; close(), and
// the end of its tasks, before it ends.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>

#include "lab/http/http_reply.h"
#include "lab/http/request_reader.h"

namespace aside::lab {

class HttpService {
  public:
    // Takes the next request of a connection and answers it. False: it was the connection's last.
    virtual runtime::Task<bool> answer(runtime::Stream& stream, RequestReader& reader) = 0;

  protected:
    ~HttpService() = default;
};

// One that hears a request whole, and says one thing to it.
class ReplyService : public HttpService {
  protected:
    ~ReplyService() = default;
    virtual runtime::Task<HttpReply> reply_to(ServedRequest request) = 0;

  private:
    runtime::Task<bool> answer(runtime::Stream& stream, RequestReader& reader) final;
};

class HttpServer {
  public:
    static constexpr std::size_t kMostConnections = 10'000;  // more are closed at once

    HttpServer(runtime::Worker& worker, HttpService& service, RequestLimits limits = {})
        : worker_(worker), service_(service), limits_(limits) {}
    HttpServer(const HttpServer&) = delete;

    // Port 0: a free one. Gives the place really taken. Errors: of listening.
    Result<runtime::Endpoint> listen(const runtime::Endpoint& endpoint);
    // The port refuses, every connection is closed. It may listen again.
    void close();
    void close_connections();

    std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }

  private:
    runtime::Task<> accept(runtime::Listener& listener);
    runtime::Task<> serve(std::unique_ptr<runtime::Stream> stream);

    runtime::Worker& worker_;
    HttpService& service_;
    const RequestLimits limits_;
    std::unique_ptr<runtime::Listener> listener_;
    std::uint64_t life_ = 0;  // between a listen and its close
    std::unordered_set<runtime::Stream*> streams_;
    std::atomic<std::uint64_t> accepted_{0};
};

// What is said to a request that is none, before its connection is closed.
runtime::Task<> refuse(runtime::Stream& stream, RequestReader& reader, wire::Refusal refusal);

}  // namespace aside::lab
