#include "lab/article/cluster_client.h"

#include <algorithm>

#include "lab/article/redirect.h"

namespace aside::lab {

using runtime::Task;
using wire::RespNode;
using wire::RespType;

namespace {

Error error_of(std::string_view reply, const runtime::Endpoint& from) {
    Errc code = Errc::io;
    if (reply.starts_with("OOM ")) code = Errc::full;
    for (const std::string_view passing : {"LOADING ", "CLUSTERDOWN ", "TRYAGAIN "}) {
        if (reply.starts_with(passing)) code = Errc::overloaded;
    }
    return {code, to_string(from) + ": " + std::string(reply), 0};
}

}  // namespace

// Resumes when the refresh that runs has ended.
struct ClusterClient::Refreshed {
    ClusterClient& client;
    bool await_ready() const noexcept { return !client.refreshing_; }
    void await_suspend(std::coroutine_handle<> frame) { client.waiting_.push_back(frame); }
    void await_resume() const noexcept {}
};

ClusterClient::ClusterClient(runtime::Worker& worker, ClusterClientOptions options)
    : worker_(worker), options_(std::move(options)) {
    owners_.fill(kNobody);
}

void ClusterClient::close() {
    closed_ = true;
    for (Node& node : nodes_) {
        if (node.connection) node.connection->close();
    }
}

Task<Result<ClusterClient::Text>> ClusterClient::get(std::string key) {
    const std::string_view words[] = {"GET", key};
    Result<Text> answer = co_await run(key, words);
    co_return answer;
}

Task<Result<ClusterClient::Text>> ClusterClient::set(std::string key, std::string_view value,
                                                     std::chrono::seconds ttl) {
    const std::string seconds = std::to_string(ttl.count());
    const std::string_view words[] = {"SET", key, value, "EX", seconds};
    Result<Text> answer = co_await run(key, words);
    co_return answer;
}

Task<Result<ClusterClient::Text>> ClusterClient::remove(std::string key) {
    const std::string_view words[] = {"DEL", key};
    Result<Text> answer = co_await run(key, words);
    co_return answer;
}

Task<Result<ClusterClient::Text>> ClusterClient::run(std::string_view key, Words words) {
    const std::uint16_t slot = key_slot(key);
    if (owners_[slot] == kNobody) {
        refresh_behind();
        co_await Refreshed{*this};
    }
    NodeIndex node = owners_[slot];
    if (node == kNobody) co_return fail(Errc::refused, "no node is known for the key's slot");
    bool asking = false;
    for (unsigned redirects = 0; redirects <= options_.redirects_max; ++redirects) {
        if (closed_) co_return fail(Errc::cancelled, "closed");
        const auto connection = connection_to(node);
        const NodeConnection::Reply answer = co_await connection->ask(words, asking);
        if (!answer) {
            refresh_behind();
            co_return fail(answer.error());
        }
        const RespNode& reply = **answer;
        if (reply.type == RespType::null) co_return Text();
        if (reply.type != RespType::error) co_return Text(std::string(reply.text));
        const auto redirect = parse_redirect(reply.text, connection->at());
        if (!redirect) co_return fail(error_of(reply.text, connection->at()));
        node = node_at(redirect->to);
        asking = redirect->ask;
        if (!asking) {
            owners_[slot] = node;
            refresh_behind();
        }
    }
    co_return fail(Errc::protocol, "redirected too often");
}

ClusterClient::NodeIndex ClusterClient::node_at(const runtime::Endpoint& at) {
    const auto known = std::ranges::find_if(nodes_, [&](const Node& node) {
        return node.at.port == at.port && node.at.host == at.host;
    });
    if (known != nodes_.end()) return static_cast<NodeIndex>(known - nodes_.begin());
    nodes_.push_back({at, nullptr});
    return static_cast<NodeIndex>(nodes_.size() - 1);
}

// A lost one is replaced at once, by whoever needs it next.
std::shared_ptr<NodeConnection> ClusterClient::connection_to(NodeIndex index) {
    Node& node = nodes_[index];
    if (!node.connection || node.connection->ended())
        node.connection = std::make_shared<NodeConnection>(worker_, node.at, options_.node);
    return node.connection;
}

void ClusterClient::refresh_behind() {
    if (refreshing_ || closed_) return;
    refreshing_ = true;
    worker_.spawn(refresh());
}

// From the first node that tells.
Task<> ClusterClient::refresh() {
    const std::string_view words[] = {"CLUSTER", "SLOTS"};
    for (const NodeIndex node : nodes_to_ask()) {
        if (closed_) break;
        const auto connection = connection_to(node);
        const NodeConnection::Reply answer = co_await connection->ask(words);
        if (answer && take_slots(**answer, connection->at())) break;
    }
    refreshing_ = false;
    for (const std::coroutine_handle<> frame : std::exchange(waiting_, {})) frame.resume();
}

// Those of the map in any order, so that not always the same one is asked; then the seeds, for a
// map may name nobody who is left.
std::vector<ClusterClient::NodeIndex> ClusterClient::nodes_to_ask() {
    std::vector<NodeIndex> nodes;
    const auto add = [&](NodeIndex node) {
        if (node != kNobody && std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
    };
    NodeIndex last = kNobody;
    for (const NodeIndex owner : owners_) {
        if (owner != last) add(owner);
        last = owner;
    }
    for (std::size_t i = nodes.size(); i > 1; --i)
        std::swap(nodes[i - 1], nodes[worker_.random().below(i)]);
    for (const runtime::Endpoint& seed : options_.seeds) add(node_at(seed));
    return nodes;
}

// An array of [first, last, [host, port, …] of the primary, replicas…].
bool ClusterClient::take_slots(const RespNode& reply, const runtime::Endpoint& from) {
    if (reply.type != RespType::array || reply.count == 0) return false;
    std::array<NodeIndex, kKeySlots> owners;
    owners.fill(kNobody);
    const RespNode* range = first_child(reply);
    for (std::uint32_t i = 0; i < reply.count; ++i, range = next_sibling(range)) {
        if (range->type != RespType::array) return false;
        const RespNode* const first = child(*range, 0);
        const RespNode* const last = child(*range, 1);
        const RespNode* const primary = child(*range, 2);
        if (!primary || primary->type != RespType::array || primary->count < 2) return false;
        const RespNode* const host = child(*primary, 0);
        const auto port = static_cast<std::uint16_t>(child(*primary, 1)->number);
        if (first->number < 0 || last->number >= kKeySlots) return false;
        const NodeIndex owner =
            node_at({host->text.empty() ? from.host : std::string(host->text), port});
        for (auto slot = first->number; slot <= last->number; ++slot)
            owners[static_cast<std::size_t>(slot)] = owner;
    }
    owners_ = owners;
    return true;
}

}  // namespace aside::lab
