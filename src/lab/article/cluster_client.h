// The hand-written design's client of a Redis Cluster, as a competent engineer's first version has
// it: a map of the slots, one connection a node, redirects followed, the map asked for anew when a
// node sends elsewhere or is lost.
//
// What it does not have, for that is what is compared: retries, backoff, replicas, a limit on
// dials, a look at the map at any other time. One for each worker. Thread rule: that worker.
// Ownership: close() it and let its tasks end before it is destroyed. Errors: those of
// NodeConnection; io (an error reply), full (OOM), overloaded (LOADING, CLUSTERDOWN, TRYAGAIN),
// refused (no node is known), protocol (redirected too often).
#pragma once

#include <array>
#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lab/article/key_slot.h"
#include "lab/article/node_connection.h"

namespace aside::lab {

struct ClusterClientOptions {
    std::vector<runtime::Endpoint> seeds;
    NodeOptions node;
    // As many as Jedis follows; a healthy cluster sends one, or two while slots move.
    unsigned redirects_max = 5;
};

class ClusterClient {
  public:
    using Text = std::optional<std::string>;  // nothing: nil

    ClusterClient(runtime::Worker& worker, ClusterClientOptions options);
    ClusterClient(const ClusterClient&) = delete;

    runtime::Task<Result<Text>> get(std::string key);
    // SET key value EX ttl
    runtime::Task<Result<Text>> set(std::string key, std::string_view value,
                                    std::chrono::seconds ttl);
    runtime::Task<Result<Text>> remove(std::string key);

    void close();

  private:
    using Words = NodeConnection::Words;
    using NodeIndex = std::uint16_t;
    static constexpr NodeIndex kNobody = 0xffff;
    struct Node {
        runtime::Endpoint at;
        std::shared_ptr<NodeConnection> connection;  // null: none yet
    };
    struct Refreshed;

    runtime::Task<Result<Text>> run(std::string_view key, Words words);
    NodeIndex node_at(const runtime::Endpoint& at);
    std::shared_ptr<NodeConnection> connection_to(NodeIndex node);

    void refresh_behind();
    runtime::Task<> refresh();
    std::vector<NodeIndex> nodes_to_ask();
    bool take_slots(const wire::RespNode& reply, const runtime::Endpoint& from);

    runtime::Worker& worker_;
    const ClusterClientOptions options_;
    std::vector<Node> nodes_;                    // every one ever heard of
    std::array<NodeIndex, kKeySlots> owners_{};  // of each slot
    bool refreshing_ = false, closed_ = false;
    std::vector<std::coroutine_handle<>> waiting_;  // for the refresh
};

}  // namespace aside::lab
