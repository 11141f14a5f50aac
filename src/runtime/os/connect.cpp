#include "runtime/os/connect.h"

#include <algorithm>
#include <cerrno>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "runtime/blocking.h"
#include "runtime/finish_by.h"
#include "runtime/os/address.h"
#include "runtime/os/stream.h"
#include "runtime/os/tls_stream.h"

namespace aside::runtime {

namespace {

using Addresses = Result<std::vector<Address>>;
constexpr std::size_t kAddressesMax = 8;  // tried of one name
constexpr int kKeepaliveProbes = 3;
constexpr int kKeepaliveIntervalSeconds = 1;  // between probes

// A name being looked up. The resolver cannot be interrupted, so who waits may leave before it.
struct LookUp {
    std::optional<Addresses> result;
    std::coroutine_handle<> waiting;

    void end(Addresses addresses) {
        if (result) return;
        result.emplace(std::move(addresses));
        waiting.resume();
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) noexcept { waiting = frame; }
    Addresses await_resume() { return *result; }
};

Task<Addresses> resolve(Worker& worker, Endpoint endpoint, SteadyTime deadline) {
    if (const auto address = numeric_address(endpoint)) co_return std::vector{*address};
    const auto look = std::make_shared<LookUp>();
    const bool taken = worker.blocking().submit([&worker, look, endpoint] {
        auto found = look_up(endpoint);
        worker.post([look, found = std::move(found)]() mutable { look->end(std::move(found)); });
    });
    if (!taken) co_return fail(Errc::overloaded, "the pool for blocking calls is full");
    const auto timer = worker.make_timer([look, host = endpoint.host] {
        look->end(fail(Errc::timed_out, "no answer from the resolver for " + host));
    });
    timer->arm(deadline);
    auto& waiting = *look;
    auto addresses = co_await waiting;
    co_return std::move(addresses);
}

void set_option(const Descriptor& socket, int level, int name, int value) {
    ::setsockopt(socket.get(), level, name, &value, sizeof value);
}

void apply(const ConnectOptions& options, const Descriptor& socket) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options.keepalive_idle > Duration::zero()) {
        const auto idle = std::chrono::ceil<std::chrono::seconds>(options.keepalive_idle).count();
        set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
        set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(idle));
        set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
        set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
    }
    if (options.unacknowledged_max > Duration::zero()) {
        const auto limit =
            std::chrono::ceil<std::chrono::milliseconds>(options.unacknowledged_max).count();
        set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit));
    }
}

Result<std::unique_ptr<OsStream>> begin_connect(EventLoop& loop, const Address& address,
                                                const ConnectOptions& options) {
    const Endpoint peer = endpoint_of(address);
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail(system_error(errno, "socket"));
    apply(options, socket);
    if (::connect(socket.get(), address.raw(), address.size) != 0 && errno != EINPROGRESS) {
        return fail(system_error(errno, to_string(peer)));
    }
    return OsStream::adopt(loop, std::move(socket), peer, true);
}

Task<Result<std::unique_ptr<OsStream>>> connect_address(Worker& worker, EventLoop& loop,
                                                        Address address, SteadyTime deadline,
                                                        const ConnectOptions& options) {
    auto stream = begin_connect(loop, address, options);
    if (!stream) co_return fail(std::move(stream.error()));
    OsStream& connecting = **stream;
    const auto timer = worker.make_timer([&connecting] { connecting.close(); });
    timer->arm(deadline);
    const auto ready = co_await writable(connecting);
    if (!ready) co_return fail(Errc::timed_out, "no answer from " + to_string(connecting.peer()));
    auto connected = connecting.connect_result();
    if (!connected) co_return fail(std::move(connected.error()));
    co_return std::move(*stream);
}

// The files are read on the pool. It owns what it uses: whoever waits may have left.
Task<Result<TlsContext>> load_context(Worker& worker, TlsContexts& contexts,
                                      std::shared_ptr<const TlsOptions> options) {
    auto context = co_await run_blocking(
        worker, [&contexts, options]() -> Result<TlsContext> { return contexts.get(*options); });
    co_return std::move(context);
}

struct HandshakeAwaiter final : detail::IoAwaiter {
    explicit HandshakeAwaiter(TlsStream& with) : stream(with) {}
    TlsStream& stream;
    void await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        stream.start_handshake(*this);
    }
};

Task<Result<std::unique_ptr<Stream>>> shake_hands(Worker& worker, EventLoop& loop,
                                                  std::unique_ptr<OsStream> connected,
                                                  TlsContext context,
                                                  const std::string& server_name,
                                                  SteadyTime deadline) {
    const Endpoint peer = connected->peer();
    auto stream = TlsStream::adopt(loop, connected->release(), peer, *context, server_name);
    if (!stream) co_return fail(std::move(stream.error()));
    TlsStream& greeting = **stream;
    const auto timer = worker.make_timer([&greeting] { greeting.close(); });
    timer->arm(deadline);
    HandshakeAwaiter handshake(greeting);
    auto ended = co_await handshake;
    if (ended) co_return std::move(*stream);
    if (ended.error().code != Errc::cancelled) co_return fail(std::move(ended.error()));
    co_return fail(Errc::timed_out, "no TLS handshake with " + to_string(peer));
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_to(Worker& worker, EventLoop& loop,
                                                 TlsContexts& contexts, Endpoint endpoint,
                                                 SteadyTime deadline, ConnectOptions options) {
    TlsContext context;
    std::string server_name = endpoint.host;
    if (options.tls) {
        auto loaded =
            co_await finish_by(worker, load_context(worker, contexts, options.tls), deadline);
        if (!loaded) co_return fail(std::move(loaded.error()));
        context = std::move(*loaded);
        if (!options.tls->server_name.empty()) server_name = options.tls->server_name;
    }
    auto addresses = co_await resolve(worker, endpoint, deadline);
    if (!addresses) co_return fail(std::move(addresses.error()));
    const std::size_t count = std::min(addresses->size(), kAddressesMax);
    Error last{Errc::not_found, endpoint.host + " has no address", 0};
    for (std::size_t i = 0; i < count; ++i) {
        // One silent address leaves the others their share of the time.
        const SteadyTime now = worker.now();
        const auto left = static_cast<Duration::rep>(count - i);
        const SteadyTime until = deadline == kNever ? kNever : now + (deadline - now) / left;
        auto plain = co_await connect_address(worker, loop, (*addresses)[i], until, options);
        if (!plain) {
            last = std::move(plain.error());
            continue;
        }
        if (!options.tls) co_return std::move(*plain);
        auto secured =
            co_await shake_hands(worker, loop, std::move(*plain), context, server_name, until);
        if (secured) co_return std::move(*secured);
        last = std::move(secured.error());
    }
    co_return fail(std::move(last));
}

}  // namespace aside::runtime
