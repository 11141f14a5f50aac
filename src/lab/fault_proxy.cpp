#include "lab/fault_proxy.h"

#include <utility>

namespace aside::lab {

namespace {

constexpr Duration kOverloadedPause = std::chrono::milliseconds(10);
// Time for requests to arrive that nobody reads: closing then resets the connection.
constexpr Duration kUnreadTime = std::chrono::milliseconds(10);

}  // namespace

FaultProxy::FaultProxy(runtime::Worker& worker, runtime::Endpoint node, PortTable& ports)
    : worker_(worker), node_(std::move(node)), ports_(ports), endpoint_{"127.0.0.1", 0} {}

FaultProxy::~FaultProxy() = default;

Result<void> FaultProxy::listen() {
    auto listener = worker_.listen(endpoint_);
    if (!listener) return fail(std::move(listener.error()));
    listener_ = std::move(*listener);
    endpoint_ = listener_->local();
    ports_[node_.port] = endpoint_.port;
    accepting_ = true;
    worker_.spawn(accept_all());
    return {};
}

runtime::Task<> FaultProxy::accept_all() {
    for (;;) {
        auto client = co_await listener_->accept();
        if (!client && client.error().code == Errc::cancelled) break;
        if (!client) {
            co_await runtime::sleep_for(worker_, kOverloadedPause);
            continue;
        }
        ++seen_.accepted;
        if (!faults_.greeting.empty()) {
            ++resets_;
            worker_.spawn(greet(std::move(*client)));
            continue;
        }
        sessions_.push_back(
            std::make_unique<ProxySession>(worker_, *this, seen_.accepted, std::move(*client)));
        sessions_.back()->start(node_);
    }
    listener_.reset();
    accepting_ = closing_ = false;
    if (std::exchange(admit_wanted_, false)) (void)listen();
}

runtime::Task<> FaultProxy::greet(std::unique_ptr<runtime::Stream> client) {
    (void)co_await runtime::write_all(*client, faults_.greeting);
    client->shutdown_send();
    co_await runtime::sleep_for(worker_, kUnreadTime);
    --resets_;
}

void FaultProxy::refuse() {
    admit_wanted_ = false;
    if (!listener_ || closing_) return;
    closing_ = true;
    listener_->close();
}

Result<void> FaultProxy::admit() {
    if (!listener_) return listen();
    admit_wanted_ = closing_;
    return {};
}

void FaultProxy::close_sessions() {
    for (const auto& session : sessions_) session->close();
}

void FaultProxy::reset_sessions() {
    ++resets_;
    worker_.spawn(reset_soon());
}

runtime::Task<> FaultProxy::reset_soon() {
    faults_.deaf = true;
    co_await runtime::sleep_for(worker_, kUnreadTime);
    close_sessions();
    faults_.deaf = false;
    --resets_;
}

void FaultProxy::clear() {
    const bool lost_bytes = faults_.swallow;
    faults_ = {};
    if (lost_bytes) close_sessions();  // their streams have holes
}

void FaultProxy::close() {
    refuse();
    close_sessions();
}

std::uint16_t FaultProxy::port_for_clients(std::uint16_t node_port) const {
    const auto at = ports_.find(node_port);
    return at == ports_.end() ? node_port : at->second;
}

void FaultProxy::session_ended(ProxySession& session) {
    sessions_.remove_if([&](const auto& each) { return each.get() == &session; });
}

}  // namespace aside::lab
