// A TLS connection, client side, on an event loop.
//
// OpenSSL reads the socket through a BIO of ours, which knows whether the kernel has bytes, and
// writes records into a buffer of ours, which goes to the socket: what was taken by try_write is
// encrypted once and never asked for again. The end of the stream (a read of 0) is the peer's
// close_notify; a connection that just ends may have been cut by anybody and is connection_lost.
// close() drops what the socket has not taken yet. Thread rule: the loop's thread. Ownership: owns
// the socket.
#pragma once

#include <optional>
#include <string>

#include "runtime/os/event_loop.h"
#include "runtime/os/tls_context.h"
#include "runtime/stream.h"

struct ssl_st;  // OpenSSL's SSL and BIO
struct bio_st;

namespace aside::runtime {

class TlsStream final : public Stream, IoHandler {
  public:
    // `socket` is connected. `server_name`, a name or an address, is what the peer's certificate
    // must be for. Errors: bad_input (the name), overloaded.
    static Result<std::unique_ptr<TlsStream>> adopt(EventLoop& loop, Descriptor socket,
                                                    Endpoint peer, ssl_ctx_st& context,
                                                    const std::string& server_name);
    ~TlsStream() override { close(); }
    TlsStream(const TlsStream&) = delete;

    // First of all, and to be ended before anything else but close() is called. Errors: denied,
    // protocol, connection_lost, cancelled.
    void start_handshake(IoDone& done);

    void start_read(std::span<char> into, IoDone& done) override;
    Result<std::size_t> try_write(std::span<const std::string_view> pieces) override;
    void start_wait_writable(IoDone& done) override;
    void shutdown_send() override;
    void close() override;
    const Endpoint& peer() const override { return peer_; }

  private:
    struct Delete {
        void operator()(ssl_st* ssl) const;
    };
    TlsStream(EventLoop& loop, Descriptor socket, Endpoint peer);
    Result<void> prepare(ssl_ctx_st& context, const std::string& server_name);
    void on_ready(std::uint32_t events) override;
    bool handshake_now(Result<std::size_t>& result);
    bool read_now(Result<std::size_t>& result);
    void note_read_end(int ssl_error);
    bool encrypt(std::string_view bytes);
    void flush();
    bool can_write() const { return (writable_ && output_.empty()) || write_failure_; }

    // What OpenSSL calls.
    friend struct TlsBio;
    int receive(char* into, int size);

    EventLoop& loop_;
    Descriptor socket_;
    Endpoint peer_;
    std::unique_ptr<ssl_st, Delete> ssl_;
    bool ready_ = false;  // the handshake is done

    bool readable_ = false;
    bool writable_ = true;
    bool peer_ended_ = false;    // the end of the stream, or an error, is in the socket
    bool socket_ended_ = false;  // and has been read
    bool end_received_ = false;  // close_notify
    bool send_ended_ = false;
    bool fin_sent_ = false;  // after the last record
    std::optional<Error> read_failure_;
    std::optional<Error> write_failure_;

    std::string output_;  // records; those before output_begin_ are in the socket
    std::size_t output_begin_ = 0;

    std::span<char> read_into_;
    IoDone* handshaking_ = nullptr;
    IoDone* reading_ = nullptr;
    IoDone* waiting_writable_ = nullptr;
};

}  // namespace aside::runtime
