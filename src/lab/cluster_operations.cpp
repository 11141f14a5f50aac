// What befalls a cluster, and how it is made whole again.
#include <algorithm>
#include <charconv>

#include "lab/local_cluster.h"
#include "lab/shell_command.h"

namespace aside::lab {

namespace {

constexpr Duration kFailOverLimit = std::chrono::seconds(15);
constexpr Duration kHealLimit = std::chrono::seconds(40);
constexpr unsigned kKeysPerMigrate = 100;
constexpr std::string_view kMigrateTimeoutMs = "5000";
constexpr unsigned kSlotsAtOnce = 50;
constexpr Duration kMoveStepLimit = std::chrono::seconds(10);

Result<void> done(Result<RedisReply> reply) {
    if (!reply) return fail(std::move(reply.error()));
    return {};
}

}  // namespace

bool LocalCluster::expected(unsigned node) const {
    return !removed_[node] && (options_.detached || servers_[node]->running()) &&
           !servers_[node]->frozen();
}

std::vector<runtime::Endpoint> LocalCluster::endpoints() const {
    std::vector<runtime::Endpoint> all;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
        if (!removed_[i]) all.push_back(servers_[i]->endpoint());
    }
    return all;
}

Result<RedisReply> LocalCluster::command(unsigned node, const RedisCommand& command,
                                         Duration patience) {
    return command_redis(control_, server(node).admin(), command, patience);
}

Result<ClusterLayout> LocalCluster::layout_by(unsigned node) {
    auto reply = command(node, {"CLUSTER", "NODES"});
    if (!reply) return fail(std::move(reply.error()));
    return parse_layout(reply->text);
}

Result<ClusterLayout> LocalCluster::layout() {
    Result<ClusterLayout> seen = fail(Errc::not_found, "no node answers");
    for (unsigned i = 0; i < size() && !seen; ++i) {
        if (expected(i)) seen = layout_by(i);
    }
    return seen;
}

std::string LocalCluster::info(unsigned node, std::string_view section, std::string_view field) {
    const auto reply = command(node, {"INFO", std::string(section)});
    if (!reply) return {};
    const std::string key = "\n" + std::string(field) + ":";
    const std::size_t at = reply->text.find(key);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + key.size();
    return reply->text.substr(begin, reply->text.find('\r', begin) - begin);
}

LocalCluster::ServerKind LocalCluster::kind(unsigned node) {
    ServerKind kind;
    std::string version = info(node, "server", "valkey_version");
    kind.valkey = !version.empty();
    if (!kind.valkey) version = info(node, "server", "redis_version");
    (void)std::from_chars(version.data(), version.data() + version.size(), kind.major);
    return kind;
}

unsigned LocalCluster::node_at(std::uint16_t port) const {
    const auto at = std::ranges::find_if(
        servers_, [port](const auto& server) { return server->options().port == port; });
    return static_cast<unsigned>(at - servers_.begin());
}

unsigned LocalCluster::primary_of(std::uint16_t slot) {
    const auto seen = layout();
    const LaidOutNode* owner = seen ? seen->owner(slot) : nullptr;
    return owner == nullptr ? size() : node_at(owner->port);
}

unsigned LocalCluster::replica_of(unsigned primary) {
    const auto seen = layout();
    const LaidOutNode* of = seen ? seen->by_port(server(primary).options().port) : nullptr;
    if (of == nullptr) return size();
    const auto replicas = seen->replicas_of(of->id);
    return replicas.empty() ? size() : node_at(replicas.front()->port);
}

std::vector<unsigned> LocalCluster::primaries() {
    std::vector<unsigned> owners;
    const auto seen = layout();
    if (!seen) return owners;
    for (const LaidOutNode& node : seen->nodes) {
        if (node.primary && !node.slots.empty()) owners.push_back(node_at(node.port));
    }
    std::ranges::sort(owners);
    return owners;
}

Result<void> LocalCluster::begin_move(std::uint16_t slot, unsigned from, unsigned to) {
    const auto seen = layout();
    if (!seen) return fail(seen.error());
    const std::string number = std::to_string(slot);
    auto asked = done(command(to, {"CLUSTER", "SETSLOT", number, "IMPORTING",
                                   seen->by_port(server(from).options().port)->id}));
    if (!asked) return asked;
    return done(command(from, {"CLUSTER", "SETSLOT", number, "MIGRATING",
                               seen->by_port(server(to).options().port)->id}));
}

Result<void> LocalCluster::move_keys(std::uint16_t slot, unsigned from, unsigned to,
                                     unsigned keys_max) {
    const ServerOptions& target = server(to).options();
    unsigned moved = 0;
    while (moved < keys_max) {
        const unsigned most = std::min(kKeysPerMigrate, keys_max - moved);
        auto keys =
            command(from, {"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), std::to_string(most)});
        if (!keys) return fail(std::move(keys.error()));
        if (keys->elements.empty()) return {};
        RedisCommand migrate = {"MIGRATE", target.host, std::to_string(target.port),
                                "",        "0",         std::string(kMigrateTimeoutMs),
                                "KEYS"};
        for (const RedisReply& key : keys->elements) migrate.push_back(key.text);
        auto asked = done(command(from, migrate));
        if (!asked) return asked;
        moved += static_cast<unsigned>(keys->elements.size());
    }
    return {};
}

Result<void> LocalCluster::end_move(std::uint16_t slot, unsigned from, unsigned to) {
    const auto seen = layout();
    if (!seen) return fail(seen.error());
    const std::string id = seen->by_port(server(to).options().port)->id;
    // The new owner first: so no moment is without one.
    for (const unsigned node : {to, from}) {
        auto asked = done(command(node, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id}));
        if (!asked) return asked;
    }
    return {};
}

Result<void> LocalCluster::ask_all(unsigned node, const std::vector<RedisCommand>& commands) {
    auto replies = ask_redis(control_, server(node).admin(), commands, kMoveStepLimit);
    if (!replies) return fail(std::move(replies.error()));
    for (const RedisReply& reply : *replies) {
        if (reply.is_error()) return fail(Errc::refused, reply.text);
    }
    return {};
}

Result<void> LocalCluster::move_slots(unsigned from, unsigned to, unsigned slots) {
    const auto seen = layout();
    if (!seen) return fail(seen.error());
    const LaidOutNode* source = seen->by_port(server(from).options().port);
    const LaidOutNode* target = seen->by_port(server(to).options().port);
    if (source == nullptr || target == nullptr) return fail(Errc::not_found, "not in the cluster");
    std::vector<std::string> numbers;
    for (unsigned slot = 0; slot < kSlots && numbers.size() < slots; ++slot) {
        if (source->owns(static_cast<std::uint16_t>(slot))) numbers.push_back(std::to_string(slot));
    }
    const std::span<const std::string> all(numbers);
    for (std::size_t i = 0; i < all.size(); i += kSlotsAtOnce) {
        const auto some = all.subspan(i, std::min<std::size_t>(kSlotsAtOnce, all.size() - i));
        auto moved = move_some(from, to, *source, *target, some);
        if (!moved) return moved;
    }
    return {};
}

Result<void> LocalCluster::move_some(unsigned from, unsigned to, const LaidOutNode& source,
                                     const LaidOutNode& target,
                                     std::span<const std::string> slots) {
    const auto for_each = [&](std::initializer_list<std::string> what) {
        std::vector<RedisCommand> commands;
        for (const std::string& slot : slots) {
            commands.push_back({"CLUSTER", "SETSLOT", slot});
            commands.back().insert(commands.back().end(), what);
        }
        return commands;
    };
    auto asked = ask_all(to, for_each({"IMPORTING", source.id}));
    if (asked) asked = ask_all(from, for_each({"MIGRATING", target.id}));
    for (std::size_t i = 0; i < slots.size() && asked; ++i) {
        const auto slot = static_cast<std::uint16_t>(std::stoul(slots[i]));
        asked = move_keys(slot, from, to, ~0U);
    }
    // The new owner first: so no moment is without one.
    if (asked) asked = ask_all(to, for_each({"NODE", target.id}));
    if (asked) asked = ask_all(from, for_each({"NODE", target.id}));
    return asked;
}

Result<void> LocalCluster::reshard(unsigned from, unsigned to, unsigned slots, Duration limit) {
    // It refuses while nodes still hear of the last change.
    auto agreed = await_ready(kHealLimit);
    if (!agreed) return agreed;
    const auto seen = layout();
    if (!seen) return fail(seen.error());
    const LaidOutNode* source = seen->by_port(server(from).options().port);
    const LaidOutNode* target = seen->by_port(server(to).options().port);
    return run_program({"redis-cli", "--cluster", "reshard", to_string(server(from).admin()),
                        "--cluster-from", source->id, "--cluster-to", target->id, "--cluster-slots",
                        std::to_string(slots), "--cluster-yes", "--cluster-pipeline", "100"},
                       limit, directory_ + "/reshard.log");
}

Result<void> LocalCluster::fail_over(unsigned replica, bool force) {
    RedisCommand words = {"CLUSTER", "FAILOVER"};
    if (force) words.emplace_back("FORCE");
    auto asked = done(command(replica, words));
    if (!asked) return asked;
    return control_.await(kFailOverLimit, "the failover",
                          [&] { return info(replica, "replication", "role") == "master"; });
}

// CLUSTER SLOTS leaves out replicas that have copied nothing yet, as the gossip tells it.
bool LocalCluster::tells_replicas(unsigned node, const ClusterLayout& seen) {
    const auto slots = command(node, {"CLUSTER", "SLOTS"});
    if (!slots) return false;
    return std::ranges::all_of(slots->elements, [&](const RedisReply& range) {
        const std::size_t nodes = range.elements.size() - 2;  // beside the first and last slot
        const LaidOutNode* owner =
            seen.owner(static_cast<std::uint16_t>(range.elements.front().number));
        return owner != nullptr && nodes == 1 + seen.replicas_of(owner->id).size();
    });
}

bool LocalCluster::is_ready(unsigned node) {
    const auto state = command(node, {"CLUSTER", "INFO"});
    if (!state || !state->text.contains("cluster_state:ok")) return false;
    const auto seen = layout_by(node);
    if (!seen || seen->covered_slots() != kSlots) return false;
    const auto sound = [](const LaidOutNode& other) {
        return !other.failing && other.connected && !other.handshake;
    };
    if (!std::ranges::all_of(seen->nodes, sound)) return false;
    if (!tells_replicas(node, *seen)) return false;
    // As it sees itself: a node that is back may not know yet that it is a replica now.
    if (info(node, "replication", "role") == "slave") {
        return info(node, "replication", "master_link_status") == "up";
    }
    const LaidOutNode* self = seen->by_port(server(node).options().port);
    return self != nullptr && self->primary;
}

Result<void> LocalCluster::await_ready(Duration limit) {
    const SteadyTime end = control_.now() + limit;
    for (unsigned i = 0; i < size(); ++i) {
        if (!expected(i)) continue;
        auto ready = control_.await(end - control_.now(),
                                    "node " + std::to_string(i) + " to be part of a whole cluster",
                                    [&] { return is_ready(i); });
        if (!ready) return ready;
    }
    // All of them tell the same owners.
    return control_.await(std::max(Duration{}, end - control_.now()), "one view of the owners",
                          [&] {
                              const auto first = layout();
                              if (!first) return false;
                              for (unsigned i = 0; i < size(); ++i) {
                                  if (!expected(i)) continue;
                                  const auto other = layout_by(i);
                                  if (!other || other->nodes.size() != first->nodes.size())
                                      return false;
                                  for (const LaidOutNode& node : first->nodes) {
                                      const LaidOutNode* same = other->by_id(node.id);
                                      if (same == nullptr || same->primary != node.primary ||
                                          same->slot_count() != node.slot_count())
                                          return false;
                                  }
                              }
                              return true;
                          });
}

Result<void> LocalCluster::await_replicated(Duration limit) {
    for (const unsigned primary : primaries()) {
        const std::string wanted = info(primary, "replication", "master_repl_offset");
        const unsigned replica = replica_of(primary);
        if (replica == size() || !expected(replica)) continue;
        auto caught_up = control_.await(limit, "a replica to catch up", [&] {
            const std::string have = info(replica, "replication", "slave_repl_offset");
            return !have.empty() && std::stoull(have) >= std::stoull(wanted);
        });
        if (!caught_up) return caught_up;
    }
    return {};
}

Result<void> LocalCluster::settle_open_slots() {
    for (unsigned i = 0; i < size(); ++i) {
        if (!expected(i)) continue;
        const auto seen = layout_by(i);
        if (!seen) return fail(seen.error());
        const LaidOutNode* self = seen->by_port(server(i).options().port);
        if (self == nullptr) continue;
        for (const std::uint16_t slot : self->open_slots) {
            auto asked = done(command(i, {"CLUSTER", "SETSLOT", std::to_string(slot), "STABLE"}));
            if (!asked) return asked;
        }
    }
    return {};
}

Result<void> LocalCluster::heal_keeping_data() {
    for (unsigned i = 0; i < size(); ++i) {
        if (removed_[i]) continue;
        server(i).thaw();
        if (server(i).running()) continue;
        auto started = server(i).start();
        if (!started) return started;
        started = await_answering(i);
        if (!started) return started;
    }
    auto settled = settle_open_slots();
    if (!settled) return settled;
    return await_ready(kHealLimit);
}

Result<void> LocalCluster::heal() {
    auto healed = heal_keeping_data();
    if (!healed) return healed;
    for (const unsigned primary : primaries()) {
        auto emptied = done(command(primary, {"FLUSHALL"}));
        if (!emptied) return emptied;
    }
    return {};
}

}  // namespace aside::lab
