// A TCP connection on an event loop. Small, for there are many: no buffer of its own, no timer.
//
// It remembers whether the kernel said that bytes, or room, are there, so that a request costs one
// read and one write: a read that did not fill its buffer has emptied the socket, and the next edge
// tells of more (epoll(7), question 9). Thread rule: the loop's thread. Ownership: owns the socket.
#pragma once

#include "runtime/os/event_loop.h"
#include "runtime/stream.h"

namespace aside::runtime {

class OsStream final : public Stream, IoHandler {
  public:
    // `connecting`: the socket becomes writable when it is connected, or has failed to.
    static Result<std::unique_ptr<OsStream>> adopt(EventLoop& loop, Descriptor socket,
                                                   Endpoint peer, bool connecting = false);
    ~OsStream() override { close(); }
    OsStream(const OsStream&) = delete;

    void start_read(std::span<char> into, IoDone& done) override;
    Result<std::size_t> try_write(std::span<const std::string_view> pieces) override;
    void start_wait_writable(IoDone& done) override;
    void shutdown_send() override;
    void close() override;
    const Endpoint& peer() const override { return peer_; }

    // How a connect ended.
    Result<void> connect_result();
    // Lets go of the socket, for another kind of stream; no operation is in progress. This stream
    // is closed then.
    Descriptor release();

  private:
    OsStream(EventLoop& loop, Descriptor socket, Endpoint peer, bool connecting);
    void on_ready(std::uint32_t events) override;
    bool read_now(Result<std::size_t>& result);
    Result<std::size_t> write_one(std::string_view bytes);
    std::size_t written(ssize_t count, std::size_t wanted);

    EventLoop& loop_;
    Descriptor socket_;
    bool readable_ = false;
    bool writable_;
    bool peer_ended_ = false;  // the end of the stream, or an error, is in the socket
    std::span<char> read_into_;
    IoDone* reading_ = nullptr;
    IoDone* waiting_writable_ = nullptr;
    Endpoint peer_;
};

}  // namespace aside::runtime
