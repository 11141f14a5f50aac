#include "runtime/os/connect.h"

#include <algorithm>
#include <cerrno>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "runtime/blocking.h"
#include "runtime/os/address.h"
#include "runtime/os/stream.h"

namespace aside::runtime {

namespace {

using Addresses = Result<std::vector<Address>>;
constexpr std::size_t kAddressesMax = 8;  // tried of one name

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

Result<std::unique_ptr<OsStream>> begin_connect(EventLoop& loop, const Address& address) {
    const Endpoint peer = endpoint_of(address);
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail(system_error(errno, "socket"));
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.get(), address.raw(), address.size) != 0 && errno != EINPROGRESS) {
        return fail(system_error(errno, to_string(peer)));
    }
    return OsStream::adopt(loop, std::move(socket), peer, true);
}

Task<Result<std::unique_ptr<Stream>>> connect_address(Worker& worker, EventLoop& loop,
                                                      Address address, SteadyTime deadline) {
    auto stream = begin_connect(loop, address);
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

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_to(Worker& worker, EventLoop& loop, Endpoint endpoint,
                                                 SteadyTime deadline) {
    auto addresses = co_await resolve(worker, endpoint, deadline);
    if (!addresses) co_return fail(std::move(addresses.error()));
    const std::size_t count = std::min(addresses->size(), kAddressesMax);
    Error last{Errc::not_found, endpoint.host + " has no address", 0};
    for (std::size_t i = 0; i < count; ++i) {
        // One silent address leaves the others their share of the time.
        const SteadyTime now = worker.now();
        const auto left = static_cast<Duration::rep>(count - i);
        const SteadyTime until = deadline == kNever ? kNever : now + (deadline - now) / left;
        auto stream = co_await connect_address(worker, loop, (*addresses)[i], until);
        if (stream) co_return std::move(*stream);
        last = std::move(stream.error());
    }
    co_return fail(std::move(last));
}

}  // namespace aside::runtime
