#include "lab/proxied_cluster.h"

namespace aside::lab {

namespace {

constexpr Duration kEndLimit = std::chrono::seconds(5);

}  // namespace

Result<std::unique_ptr<ProxiedCluster>> ProxiedCluster::open(ControlThread& control,
                                                             LocalCluster& cluster) {
    std::unique_ptr<ProxiedCluster> proxied(new ProxiedCluster(control));
    Result<void> listening;
    control.on_worker([&] {
        for (unsigned i = 0; i < cluster.size() && listening; ++i) {
            proxied->proxies_.push_back(std::make_unique<FaultProxy>(
                control.worker(), cluster.server(i).admin(), proxied->ports_));
            listening = proxied->proxies_.back()->listen();
        }
    });
    if (!listening) return fail(std::move(listening.error()));
    return proxied;
}

ProxiedCluster::~ProxiedCluster() {
    with_all([](FaultProxy& proxy) { proxy.close(); });
    (void)control_.await(kEndLimit, "the proxies to end", [this] {
        bool idle = true;
        with_all([&](FaultProxy& proxy) { idle &= proxy.idle(); });
        return idle;
    });
    control_.on_worker([this] { proxies_.clear(); });
}

std::vector<runtime::Endpoint> ProxiedCluster::endpoints() const {
    std::vector<runtime::Endpoint> all;
    for (const auto& proxy : proxies_) all.push_back(proxy->endpoint());
    return all;
}

void ProxiedCluster::add_rule(unsigned node, ReplyRule rule) {
    with(node, [&](FaultProxy& proxy) { proxy.faults().rules.push_back(std::move(rule)); });
}

void ProxiedCluster::add_rule_everywhere(const ReplyRule& rule) {
    with_all([&](FaultProxy& proxy) { proxy.faults().rules.push_back(rule); });
}

std::uint64_t ProxiedCluster::commands(unsigned node, const std::string& name) {
    std::uint64_t count = 0;
    with(node, [&](FaultProxy& proxy) { count = proxy.seen().commands[name]; });
    return count;
}

std::uint64_t ProxiedCluster::commands_everywhere(const std::string& name) {
    std::uint64_t count = 0;
    with_all([&](FaultProxy& proxy) { count += proxy.seen().commands[name]; });
    return count;
}

std::uint64_t ProxiedCluster::accepted(unsigned node) {
    std::uint64_t count = 0;
    with(node, [&](FaultProxy& proxy) { count = proxy.seen().accepted; });
    return count;
}

std::size_t ProxiedCluster::connections(unsigned node) {
    std::size_t count = 0;
    with(node, [&](FaultProxy& proxy) { count = proxy.connections(); });
    return count;
}

void ProxiedCluster::clear() {
    with_all([](FaultProxy& proxy) {
        proxy.clear();
        (void)proxy.admit();
    });
}

}  // namespace aside::lab
