// A byte stream (a TCP or TLS connection) and a listener for them, without saying whose.
//
// Reads complete later, through the event loop; writes are tried at once and only what the peer
// cannot take yet is waited for. That is what a cache hit wants: one read per wake, one gather
// write, no suspension in between.
//
// Thread rule: a stream belongs to the worker that made or accepted it; every call is made there.
// One read and one write may be outstanding at a time. Ownership: the buffers belong to the caller
// and must live until the operation ends. Errors: connection_lost, cancelled (the stream was closed
// on our side), timed_out. The end of the stream is a read of 0 bytes.
#pragma once

#include <coroutine>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/task.h"

namespace aside::runtime {

struct Endpoint {
    std::string host;  // a name, an IPv4 or an IPv6 address, the latter without brackets
    std::uint16_t port = 0;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:0". Error: bad_input.
Result<Endpoint> parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);

// What an operation in progress calls when it ends, on the stream's worker, never inside the call
// that started it.
class IoDone {
  public:
    virtual void io_done(Result<std::size_t> result) = 0;

  protected:
    ~IoDone() = default;
};

class Stream {
  public:
    virtual ~Stream() = default;  // closes

    // Reads at least one byte into `into` (not empty), or 0 at the end of the stream.
    virtual void start_read(std::span<char> into, IoDone& done) = 0;

    // Writes what the peer can take now of the pieces, in order, and says how many bytes: 0 when it
    // can take none.
    virtual Result<std::size_t> try_write(std::span<const std::string_view> pieces) = 0;
    // Ends (with 0) when try_write can make progress again, or with the stream's error.
    virtual void start_wait_writable(IoDone& done) = 0;

    // Ends the stream towards the peer; reading goes on.
    virtual void shutdown_send() = 0;
    // Ends both ways; outstanding operations end with Errc::cancelled.
    virtual void close() = 0;

    virtual const Endpoint& peer() const = 0;
};

class Listener {
  public:
    virtual ~Listener() = default;
    // The next connection; after close() those that wait already, then Errc::cancelled. Errors of a
    // single connection are passed over; Errc::overloaded when the process has no descriptors left
    // (wait a moment, then call again).
    virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
    // To be followed by accept() until it says cancelled, or by the end of the listener.
    virtual void close() = 0;
    virtual const Endpoint& local() const = 0;  // with the port really taken
};

namespace detail {

// Common to the awaitables below: starts in await_suspend, keeps the result in the awaiting frame.
struct IoAwaiter : IoDone {
    std::coroutine_handle<> waiting;
    Result<std::size_t> result = 0;
    bool await_ready() const noexcept { return false; }
    Result<std::size_t> await_resume() { return std::move(result); }
    void io_done(Result<std::size_t> ended) override {
        result = std::move(ended);
        waiting.resume();
    }
};

struct ReadAwaiter final : IoAwaiter {
    ReadAwaiter(Stream& from, std::span<char> to) : stream(from), into(to) {}
    Stream& stream;
    std::span<char> into;
    void await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        stream.start_read(into, *this);
    }
};

struct WritableAwaiter final : IoAwaiter {
    explicit WritableAwaiter(Stream& to) : stream(to) {}
    Stream& stream;
    void await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        stream.start_wait_writable(*this);
    }
};

}  // namespace detail

// auto got = co_await read_some(stream, buffer);
inline detail::ReadAwaiter read_some(Stream& stream, std::span<char> into) {
    return {stream, into};
}
// auto ready = co_await writable(stream);
inline detail::WritableAwaiter writable(Stream& stream) {
    return detail::WritableAwaiter(stream);
}

// Writes all of `bytes`, waiting as needed.
Task<Result<void>> write_all(Stream& stream, std::string_view bytes);

}  // namespace aside::runtime
