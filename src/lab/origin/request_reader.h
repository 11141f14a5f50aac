// The requests of one connection to the origin, one after the other.
//
// A read is always under way, also while an answer is being made, so that a client that goes away
// is noticed. Half a request that does not go on is answered 408, and the stream closed. Thread
// rule: the stream's worker; one next() at a time. Ownership: borrows the stream, which must be
// closed and `settled()` awaited before this ends. Errors: a Refusal to answer with before closing;
// of status 0: there is nobody to answer.
#pragma once

#include <array>
#include <coroutine>
#include <expected>
#include <memory>
#include <string>

#include "lab/origin/store_answer.h"
#include "runtime/worker.h"
#include "wire/http_body.h"

namespace aside::lab {

class RequestReader final : runtime::IoDone {
  public:
    static constexpr Duration kRequestTimeout = std::chrono::seconds(10);
    static constexpr Duration kLingerTimeout = std::chrono::seconds(1);
    static constexpr std::uint64_t kMostBodyBytes = 1024 * 1024;

    RequestReader(runtime::Worker& worker, runtime::Stream& stream);

    using Next = std::expected<OriginRequest, wire::Refusal>;
    runtime::Task<Next> next();
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
    runtime::Task<std::expected<std::string, wire::Refusal>> body(wire::BodyDecoder decoder,
                                                                  bool expects_continue);

    static constexpr std::size_t kReadBytes = 4096;

    runtime::Stream& stream_;
    runtime::Worker& worker_;
    const std::unique_ptr<runtime::Timer> timer_;
    std::array<char, kReadBytes> read_into_;
    std::string input_;
    std::coroutine_handle<> waiting_;
    bool reading_ = false;
    bool ended_ = false;
    bool lingering_ = false;
};

}  // namespace aside::lab
