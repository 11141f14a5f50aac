#include "runtime/os/listener.h"

#include <cerrno>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "runtime/os/address.h"
#include "runtime/os/stream.h"

namespace aside::runtime {

namespace {

constexpr int kBacklog = 4096;            // the kernel cuts it to net.core.somaxconn
constexpr unsigned kAcceptsPerTurn = 64;  // then others have their turn
constexpr unsigned kPassedOverMax =
    1024;  // connections that broke before they were accepted, per call

Result<Descriptor> bound_socket(const Address& address, const Endpoint& endpoint, bool shared) {
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail(system_error(errno, "socket"));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address.family() == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    // What is accepted inherits it, which saves a call per connection.
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(socket.get(), address.raw(), address.size) != 0) {
        return fail(system_error(errno, to_string(endpoint)));
    }
    return socket;
}

}  // namespace

Result<Descriptor> ListenRegister::open(const Endpoint& endpoint) {
    auto address = numeric_address(
        endpoint.host == "localhost" ? Endpoint{"127.0.0.1", endpoint.port} : endpoint);
    if (!address) return fail(Errc::bad_input, to_string(endpoint) + ": listen on an address");
    const MutexLock lock(mutex_);
    const bool ours = counts_.contains(to_string(endpoint_of(*address)));
    if (!ours && endpoint.port != 0) {
        const auto alone = bound_socket(*address, endpoint, false);
        // A socket that listens elsewhere refuses even with SO_REUSEADDR; connections in TIME_WAIT
        // do not.
        if (!alone) return fail(alone.error());
    }
    auto socket = bound_socket(*address, endpoint, true);
    if (!socket) return socket;
    if (::listen(socket->get(), kBacklog) != 0) {
        return fail(system_error(errno, to_string(endpoint)));
    }
    ++counts_[to_string(local_endpoint(socket->get()))];
    return socket;
}

void ListenRegister::closed(const Endpoint& local) {
    const MutexLock lock(mutex_);
    const auto found = counts_.find(to_string(local));
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

namespace {

// Lives as long as the listener or an accept under way.
struct Listening final : IoHandler {
    Listening(EventLoop& on, ListenRegister& in, Descriptor with)
        : loop(on), listening(in), socket(std::move(with)), local(local_endpoint(socket.get())) {}

    void on_ready(std::uint32_t) override {
        if (IoDone* const done = std::exchange(accepting, nullptr)) done->io_done(0);
    }
    // Who waits to be accepted has connected, and may have sent a request: accepting goes on until
    // nobody does.
    void close() {
        closing = true;
        if (IoDone* const done = std::exchange(accepting, nullptr)) {
            loop.complete(*done, 0, nullptr);
        }
    }
    void end() {
        if (!socket) return;
        loop.forget(socket.get(), *this);
        socket.reset();
        listening.closed(local);
        if (IoDone* const done = std::exchange(accepting, nullptr)) {
            loop.complete(*done, 0, nullptr);
        }
    }

    EventLoop& loop;
    ListenRegister& listening;
    Descriptor socket;
    const Endpoint local;
    IoDone* accepting = nullptr;
    unsigned accepted_in_a_row = 0;
    bool closing = false;
    int last_accepts = kBacklog;  // once closing
};

struct AcceptAwaiter final : detail::IoAwaiter {
    AcceptAwaiter(Listening& from, bool only_a_turn) : listening(from), yield(only_a_turn) {}
    Listening& listening;
    const bool yield;
    void await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        listening.accepted_in_a_row = 0;
        if (yield || !listening.socket) return listening.loop.complete(*this, 0, nullptr);
        listening.accepting = this;
    }
};

bool out_of_descriptors(int number) {
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

Task<Result<std::unique_ptr<Stream>>> accept_next(std::shared_ptr<Listening> listening) {
    for (unsigned passed_over = 0; passed_over < kPassedOverMax;) {
        if (listening->accepted_in_a_row >= kAcceptsPerTurn) {
            co_await AcceptAwaiter(*listening, true);
        }
        if (listening->closing && listening->last_accepts-- == 0) listening->end();
        if (!listening->socket) co_return fail(Errc::cancelled, "the listener is closed");
        Address peer;
        peer.size = sizeof peer.storage;
        Descriptor socket(::accept4(listening->socket.get(), peer.raw(), &peer.size,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket) {
            ++listening->accepted_in_a_row;
            auto stream = OsStream::adopt(listening->loop, std::move(socket), endpoint_of(peer));
            if (!stream) co_return fail(Errc::overloaded, std::move(stream.error().detail));
            co_return std::move(*stream);
        }
        const int number = errno;
        if (listening->closing && (number == EAGAIN || out_of_descriptors(number))) {
            listening->end();
            continue;
        }
        if (number == EAGAIN) {
            co_await AcceptAwaiter(*listening, false);
            continue;
        }
        if (out_of_descriptors(number)) {
            Error error = system_error(number, "accept");
            co_return fail(std::move(error));
        }
        ++passed_over;  // ECONNABORTED and its like: that connection is gone, the next may be fine
    }
    co_return fail(Errc::overloaded, "too many connections broke before they were accepted");
}

class OsListener final : public Listener {
  public:
    explicit OsListener(std::shared_ptr<Listening> listening) : listening_(std::move(listening)) {}
    ~OsListener() override { listening_->end(); }
    Task<Result<std::unique_ptr<Stream>>> accept() override { return accept_next(listening_); }
    void close() override { listening_->close(); }
    const Endpoint& local() const override { return listening_->local; }

  private:
    std::shared_ptr<Listening> listening_;
};

}  // namespace

Result<std::unique_ptr<Listener>> listen_on(EventLoop& loop, ListenRegister& listening,
                                            const Endpoint& endpoint) {
    auto socket = listening.open(endpoint);
    if (!socket) return fail(std::move(socket.error()));
    auto state = std::make_shared<Listening>(loop, listening, std::move(*socket));
    if (auto watched = loop.watch(state->socket.get(), *state); !watched) {
        state->end();
        return fail(std::move(watched.error()));
    }
    return std::make_unique<OsListener>(std::move(state));
}

}  // namespace aside::runtime
