// The requests of one connection to an HTTP server of the lab, one after the other.
//
// A read is always under way, also while an answer is being made, so that a client that goes away
// is noticed. Half a request that does not go on is answered 408, and the stream closed. Thread
// rule: the stream's worker; one call at a time. Ownership: borrows the stream, which must be
// closed and `settled()` awaited before this ends. Errors: a Refusal to answer with before closing;
// of status 0: there is nobody to answer.
#pragma once

#include <array>
#include <coroutine>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "runtime/worker.h"
#include "wire/http_body.h"

namespace aside::lab {

struct ServedRequest {
    wire::Method method = wire::Method::other;
    bool keep_alive = true;
    std::string target;
    std::string if_none_match;
    std::string head;  // whole
    std::string body;

    // Of the first field of that name, which is given in lower case; empty when there is none.
    std::string_view field(std::string_view name) const;
};

struct RequestLimits {
    std::uint64_t body_bytes = 1024 * 1024;
    Duration pause = std::chrono::seconds(10);  // in the middle of a request
};

class RequestReader final : runtime::IoDone {
  public:
    static constexpr Duration kLingerTimeout = std::chrono::seconds(1);

    RequestReader(runtime::Worker& worker, runtime::Stream& stream, RequestLimits limits = {});

    using Next = std::expected<ServedRequest, wire::Refusal>;
    using Body = std::expected<std::string, wire::Refusal>;
    runtime::Task<Next> next();
    // In two steps, for who must know of a request before it is whole: its body is to be read
    // before the next one.
    runtime::Task<Next> next_head();
    runtime::Task<Body> read_body();
    bool peer_left() const { return ended_; }

    // Lets the peer read the last answer: closing with unread bytes would reset the connection
    // under it.
    runtime::Task<> linger();
    // Until no read is under way.
    runtime::Task<> settled();

  private:
    struct Read {
        RequestReader& reader;
        bool await_ready() const noexcept { return !reader.reading_; }
        void await_suspend(std::coroutine_handle<> frame) const { reader.waiting_ = frame; }
        void await_resume() const noexcept {}
    };
    void start_read();
    void io_done(Result<std::size_t> got) override;
    void timed_out();

    // Takes the head off the front. 0: its whole is not there yet.
    runtime::Task<std::expected<std::size_t, wire::Refusal>> head_bytes();
    runtime::Task<Body> decoded_body();

    static constexpr std::size_t kReadBytes = 4096;

    runtime::Stream& stream_;
    runtime::Worker& worker_;
    const RequestLimits limits_;
    const std::unique_ptr<runtime::Timer> timer_;
    std::array<char, kReadBytes> read_into_;
    std::string input_;
    std::optional<wire::BodyDecoder> decoder_;  // of the body that is to be read
    bool continue_awaited_ = false;
    std::coroutine_handle<> waiting_;
    bool reading_ = false;
    bool ended_ = false;
    bool lingering_ = false;
};

}  // namespace aside::lab
