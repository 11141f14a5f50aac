#include "runtime/os/stream.h"

#include <algorithm>
#include <cerrno>

#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace aside::runtime {

namespace {

constexpr std::size_t kPiecesPerCall = 64;  // well below IOV_MAX: the array lives on the stack
static_assert(kPiecesPerCall <= IOV_MAX);

// Whatever ends a connection is the same to its user.
Error lost(int number) {
    Error error = system_error(number, "connection");
    error.code = Errc::connection_lost;
    return error;
}

Error closed() {
    return Error{Errc::cancelled, "the stream is closed", 0};
}

}  // namespace

OsStream::OsStream(EventLoop& loop, Descriptor socket, Endpoint peer, bool connecting)
    : loop_(loop), socket_(std::move(socket)), writable_(!connecting), peer_(std::move(peer)) {}

Result<std::unique_ptr<OsStream>> OsStream::adopt(EventLoop& loop, Descriptor socket, Endpoint peer,
                                                  bool connecting) {
    std::unique_ptr<OsStream> stream(
        new OsStream(loop, std::move(socket), std::move(peer), connecting));
    if (auto watched = loop.watch(stream->socket_.get(), *stream); !watched) {
        return fail(std::move(watched.error()));
    }
    return stream;
}

void OsStream::on_ready(std::uint32_t events) {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) peer_ended_ = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        writable_ = true;
        if (waiting_writable_ != nullptr) {
            loop_.complete(*std::exchange(waiting_writable_, nullptr), 0, this);
        }
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        readable_ = true;
        if (reading_ == nullptr) return;
        Result<std::size_t> result = 0;
        if (!read_now(result)) return;
        IoDone& done = *std::exchange(reading_, nullptr);
        done.io_done(std::move(result));  // may destroy this
    }
}

// False when there is nothing to read yet.
bool OsStream::read_now(Result<std::size_t>& result) {
    for (;;) {
        const ssize_t count = ::recv(socket_.get(), read_into_.data(), read_into_.size(), 0);
        if (count >= 0) {
            const auto got = static_cast<std::size_t>(count);
            readable_ = peer_ended_ || got == read_into_.size();
            result = got;
            return true;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            readable_ = false;
            return false;
        }
        result = fail(lost(errno));
        return true;
    }
}

void OsStream::start_read(std::span<char> into, IoDone& done) {
    if (!socket_) return loop_.complete(done, fail(closed()), nullptr);
    read_into_ = into;
    if (readable_) {
        Result<std::size_t> result = 0;
        if (read_now(result)) return loop_.complete(done, std::move(result), this);
    }
    reading_ = &done;
}

void OsStream::start_wait_writable(IoDone& done) {
    if (!socket_) return loop_.complete(done, fail(closed()), nullptr);
    if (writable_) return loop_.complete(done, 0, this);
    waiting_writable_ = &done;
}

std::size_t OsStream::written(ssize_t count, std::size_t wanted) {
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    // The kernel tells of new room only after it has once said that there is none, which a short
    // count says too.
    if (taken < wanted) writable_ = false;
    return taken;
}

Result<std::size_t> OsStream::write_one(std::string_view bytes) {
    ssize_t count;
    do {
        count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN) return fail(lost(errno));
    return written(count, bytes.size());
}

Result<std::size_t> OsStream::try_write(std::span<const std::string_view> pieces) {
    if (!socket_) return fail(closed());
    if (pieces.size() == 1) return write_one(pieces.front());
    std::size_t total = 0;
    while (!pieces.empty()) {
        iovec parts[kPiecesPerCall];
        const std::size_t count = std::min(pieces.size(), kPiecesPerCall);
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < count; ++i) {
            parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
            wanted += pieces[i].size();
        }
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = count;
        // More is coming: let the kernel fill its segments.
        const int more = count < pieces.size() ? MSG_MORE : 0;
        const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | more);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) {
            if (total > 0) break;  // the next call meets the error again
            return fail(lost(errno));
        }
        const std::size_t taken = written(sent, wanted);
        total += taken;
        if (taken < wanted) break;
        pieces = pieces.subspan(count);
    }
    return total;
}

void OsStream::shutdown_send() {
    if (socket_) ::shutdown(socket_.get(), SHUT_WR);
}

void OsStream::close() {
    if (!socket_) return;
    loop_.forget(socket_.get(), *this);
    socket_.reset();
    loop_.cancel_completions(this);
    for (IoDone** operation : {&reading_, &waiting_writable_}) {
        IoDone* const done = std::exchange(*operation, nullptr);
        if (done != nullptr) loop_.complete(*done, fail(closed()), nullptr);
    }
}

Descriptor OsStream::release() {
    loop_.forget(socket_.get(), *this);
    return std::move(socket_);
}

Result<void> OsStream::connect_result() {
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &number, &size);
    if (number == 0) return {};
    return fail(system_error(number, to_string(peer_)));
}

}  // namespace aside::runtime
