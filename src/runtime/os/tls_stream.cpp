#include "runtime/os/tls_stream.h"

#include <algorithm>
#include <cerrno>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "runtime/os/address.h"
#include "runtime/os/tls_error.h"

namespace aside::runtime {

namespace {

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t kFlushBytes = 64 * 1024;  // of records are gathered for one system call
// Only answers to a peer that asks for new keys without reading any can grow so far.
constexpr std::size_t kOutputBytesMax = 1024 * 1024;

Error closed() {
    return Error{Errc::cancelled, "the stream is closed", 0};
}
Error lost(std::string why) {
    return Error{Errc::connection_lost, "connection: " + std::move(why), 0};
}

// Cuts what is to be written into records: large pieces where they lie, small ones gathered.
class RecordCutter {
  public:
    explicit RecordCutter(std::span<const std::string_view> pieces) : pieces_(pieces) {}

    // Empty at the end; valid until the next call.
    std::string_view next() {
        skip_ended();
        if (pieces_.empty()) return {};
        if (pieces_.size() == 1 || pieces_.front().size() - offset_ >= kRecordBytes) {
            return take(kRecordBytes);
        }
        gathered_.clear();
        for (; !pieces_.empty() && gathered_.size() < kRecordBytes; skip_ended()) {
            gathered_ += take(kRecordBytes - gathered_.size());
        }
        return gathered_;
    }

  private:
    std::string_view take(std::size_t bytes_max) {
        const std::string_view taken = pieces_.front().substr(offset_, bytes_max);
        offset_ += taken.size();
        return taken;
    }
    void skip_ended() {
        while (!pieces_.empty() && offset_ == pieces_.front().size()) {
            pieces_ = pieces_.subspan(1);
            offset_ = 0;
        }
    }

    std::span<const std::string_view> pieces_;
    std::size_t offset_ = 0;  // in the first of them
    std::string gathered_;
};

}  // namespace

// The BIO between OpenSSL and a TlsStream.
struct TlsBio {
    static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* into, int size) {
        BIO_clear_retry_flags(bio);
        const int count = stream_of(bio).receive(into, size);
        if (count < 0 && !stream_of(bio).read_failure_) BIO_set_retry_read(bio);
        return count;
    }
    static int write(BIO* bio, const char* bytes, int size) {
        BIO_clear_retry_flags(bio);
        auto& stream = stream_of(bio);
        if (stream.output_.size() > kOutputBytesMax) return -1;
        stream.output_.append(bytes, static_cast<std::size_t>(size));
        return size;
    }
    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_EOF) return stream_of(bio).socket_ended_ ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
    static BIO* make(TlsStream& stream) {
        static BIO_METHOD* const kMethod = [] {
            BIO_METHOD* const method =
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "aside stream");
            BIO_meth_set_read(method, read);
            BIO_meth_set_write(method, write);
            BIO_meth_set_ctrl(method, control);
            return method;
        }();
        BIO* const bio = BIO_new(kMethod);
        if (bio == nullptr) return nullptr;
        BIO_set_data(bio, &stream);
        BIO_set_init(bio, 1);
        return bio;
    }
};

void TlsStream::Delete::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

TlsStream::TlsStream(EventLoop& loop, Descriptor socket, Endpoint peer)
    : loop_(loop), socket_(std::move(socket)), peer_(std::move(peer)) {}

Result<std::unique_ptr<TlsStream>> TlsStream::adopt(EventLoop& loop, Descriptor socket,
                                                    Endpoint peer, ssl_ctx_st& context,
                                                    const std::string& server_name) {
    std::unique_ptr<TlsStream> stream(new TlsStream(loop, std::move(socket), std::move(peer)));
    if (auto prepared = stream->prepare(context, server_name); !prepared) {
        return fail(std::move(prepared.error()));
    }
    if (auto watched = loop.watch(stream->socket_.get(), *stream); !watched) {
        return fail(std::move(watched.error()));
    }
    return stream;
}

Result<void> TlsStream::prepare(ssl_ctx_st& context, const std::string& server_name) {
    ERR_clear_error();
    ssl_.reset(SSL_new(&context));
    BIO* const bio = ssl_ ? TlsBio::make(*this) : nullptr;
    if (bio == nullptr) return fail(Errc::overloaded, "SSL_new: " + tls_reason());
    SSL_set_bio(ssl_.get(), bio, bio);  // the SSL owns it
    SSL_set_connect_state(ssl_.get());
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_.get());
    bool set = false;
    if (numeric_address({server_name, 0})) {
        set = X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name.c_str()) == 1;
    } else if (!server_name.empty()) {
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        set = X509_VERIFY_PARAM_set1_host(wanted, server_name.data(), server_name.size()) == 1 &&
              SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str()) == 1;
    }
    if (!set) return fail(Errc::bad_input, server_name + ": no name to verify");
    return {};
}

// --- the socket

// As recv; -1 without a read_failure_: nothing there yet, as far as the kernel has told.
int TlsStream::receive(char* into, int size) {
    while (readable_) {
        const ssize_t count = ::recv(socket_.get(), into, static_cast<std::size_t>(size), 0);
        if (count >= 0) {
            readable_ = peer_ended_ || count == size;
            socket_ended_ = count == 0;
            return static_cast<int>(count);
        }
        if (errno == EAGAIN) readable_ = false;
        if (errno == EAGAIN || errno == EINTR) continue;
        read_failure_ = lost(system_error(errno, "recv").detail);
        return -1;
    }
    return -1;
}

void TlsStream::flush() {
    while (writable_ && !write_failure_ && output_begin_ < output_.size()) {
        const std::size_t wanted = output_.size() - output_begin_;
        const ssize_t count =
            ::send(socket_.get(), output_.data() + output_begin_, wanted, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno != EAGAIN) {
            write_failure_ = lost(system_error(errno, "send").detail);
            break;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        if (taken < wanted) writable_ = false;  // the kernel will tell of new room
        output_begin_ += taken;
    }
    if (output_begin_ < output_.size() && !write_failure_) return;
    output_.clear();
    output_begin_ = 0;
    if (send_ended_ && !std::exchange(fin_sent_, true)) ::shutdown(socket_.get(), SHUT_WR);
}

void TlsStream::on_ready(std::uint32_t events) {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) peer_ended_ = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) writable_ = true;
    flush();
    if (waiting_writable_ != nullptr && can_write()) {
        loop_.complete(*std::exchange(waiting_writable_, nullptr), 0, this);
    }
    Result<std::size_t> result = 0;
    IoDone** const operation = handshaking_ != nullptr ? &handshaking_ : &reading_;
    if (*operation == nullptr) return;
    const bool ended = handshaking_ != nullptr ? handshake_now(result) : read_now(result);
    if (!ended) return;
    IoDone& done = *std::exchange(*operation, nullptr);
    done.io_done(std::move(result));  // may destroy this
}

// --- what a stream asks

void TlsStream::start_handshake(IoDone& done) {
    if (!socket_) return loop_.complete(done, fail(closed()), nullptr);
    Result<std::size_t> result = 0;
    if (handshake_now(result)) return loop_.complete(done, std::move(result), this);
    handshaking_ = &done;
}

// False when the peer has yet to answer.
bool TlsStream::handshake_now(Result<std::size_t>& result) {
    ERR_clear_error();
    const int ended = SSL_do_handshake(ssl_.get());
    const int ssl_error = SSL_get_error(ssl_.get(), ended);
    if (ended == 1) {
        ready_ = true;
        result = 0;
    } else if (ssl_error != SSL_ERROR_WANT_READ) {
        result = fail(handshake_error(ssl_.get(), ssl_error, to_string(peer_)));
    }
    flush();  // a failure is told to the peer, too
    return ended == 1 || ssl_error != SSL_ERROR_WANT_READ;
}

void TlsStream::start_read(std::span<char> into, IoDone& done) {
    if (!socket_) return loop_.complete(done, fail(closed()), nullptr);
    read_into_ = into;
    // OpenSSL may hold bytes of which no edge will tell.
    Result<std::size_t> result = 0;
    if (read_now(result)) return loop_.complete(done, std::move(result), this);
    reading_ = &done;
}

// False when there is nothing to read yet.
bool TlsStream::read_now(Result<std::size_t>& result) {
    std::size_t total = 0;
    bool blocked = false;
    while (total < read_into_.size() && !blocked && !read_failure_ && !end_received_) {
        std::size_t got = 0;
        ERR_clear_error();
        const int ended =
            SSL_read_ex(ssl_.get(), read_into_.data() + total, read_into_.size() - total, &got);
        total += got;
        if (ended == 1) continue;
        const int ssl_error = SSL_get_error(ssl_.get(), ended);
        blocked = ssl_error == SSL_ERROR_WANT_READ;
        if (!blocked) note_read_end(ssl_error);
    }
    flush();  // reading may have answered the peer's wish for new keys
    result = total;
    if (total > 0 || end_received_) return true;
    if (read_failure_) result = fail(*read_failure_);
    return read_failure_.has_value();
}

void TlsStream::note_read_end(int ssl_error) {
    if (ssl_error == SSL_ERROR_ZERO_RETURN) {
        end_received_ = true;
    } else if (!read_failure_) {
        read_failure_ = lost(tls_reason());
    }
}

bool TlsStream::encrypt(std::string_view bytes) {
    std::size_t taken = 0;
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken) == 1) return true;
    write_failure_ = lost(tls_reason());
    return false;
}

Result<std::size_t> TlsStream::try_write(std::span<const std::string_view> pieces) {
    if (!socket_) return fail(closed());
    if (send_ended_) return fail(lost("its sending side has been ended"));
    flush();
    RecordCutter records(pieces);
    std::size_t total = 0;
    bool more = true;
    while (more && writable_ && output_.empty() && !write_failure_) {
        while (more && output_.size() < kFlushBytes) {
            const std::string_view record = records.next();
            more = !record.empty() && encrypt(record);
            if (more) total += record.size();
        }
        flush();
    }
    if (write_failure_ && total == 0) return fail(*write_failure_);
    return total;
}

void TlsStream::start_wait_writable(IoDone& done) {
    if (!socket_) return loop_.complete(done, fail(closed()), nullptr);
    if (can_write()) return loop_.complete(done, 0, this);
    waiting_writable_ = &done;
}

void TlsStream::shutdown_send() {
    if (!socket_ || !ready_ || send_ended_) return;
    send_ended_ = true;
    if (!read_failure_) SSL_shutdown(ssl_.get());
    flush();
}

void TlsStream::close() {
    if (!socket_) return;
    shutdown_send();
    loop_.forget(socket_.get(), *this);
    socket_.reset();
    ssl_.reset();
    loop_.cancel_completions(this);
    for (IoDone** operation : {&handshaking_, &reading_, &waiting_writable_}) {
        IoDone* const done = std::exchange(*operation, nullptr);
        if (done != nullptr) loop_.complete(*done, fail(closed()), nullptr);
    }
}

}  // namespace aside::runtime
