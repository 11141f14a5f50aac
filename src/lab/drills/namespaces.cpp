// What befalls the network and the names: these drills need namespaces of their own.
#include <algorithm>

#include "lab/drills/all_drills.h"
#include "lab/drills/drill_steps.h"
#include "lab/known_values.h"

namespace aside::lab {

namespace {

using namespace std::chrono_literals;
using From = PrivateNetwork::From;

constexpr Duration kHealLimit = 20s;
constexpr std::uint64_t kObjects = 3000;
constexpr std::uint64_t kNewObjects = 300;  // come into L2 while the minority is cut off
// Nothing tells a reader that a node which answers is cut off, until it refuses a write: the lease
// of the first miss. Reads under way then may have believed it too.
constexpr unsigned kBelievedMax = 3;

// Reads of keys that the present owner has and the old one never had.
struct NewKeys {
    std::vector<std::string> keys;
    unsigned hits = 0, unknown = 0, false_misses = 0;

    void read(DrillContext& drill) {
        for (const std::string& key : keys) {
            const RemoteState state = drill.client().read_tier(key).state;
            hits += state == RemoteState::hit;
            unknown += state == RemoteState::unknown;
            false_misses += state == RemoteState::miss;
        }
    }
    std::string text() const {
        return std::to_string(hits) + " hits, " + std::to_string(unknown) + " unknown, " +
               std::to_string(false_misses) + " misses";
    }
};

// Of the objects that the load does not read, those of this node; L2 holds none of them any more.
std::vector<std::string> take_new_keys(DrillContext& drill, unsigned node) {
    std::vector<std::string> keys;
    const auto seen = drill.cluster().layout();
    const LaidOutNode* owner =
        seen ? seen->by_port(drill.cluster().server(node).options().port) : nullptr;
    if (owner == nullptr) return keys;
    for (std::uint64_t i = kObjects; i < kObjects + kNewObjects; ++i) {
        const std::string key = known_key(i);
        if (!owner->owns(drill.client().slot_of(key))) continue;
        const auto gone = drill.cluster().command(node, {"DEL", "aside:o:" + key});
        if (gone && gone->number == 1) keys.push_back(key);
    }
    return keys;
}

// By another process, which never knew of another owner.
unsigned fill_anew(DrillContext& drill, const std::vector<std::string>& keys, unsigned owner) {
    ClientOptions options = drill.client_options(false);
    options.seeds = {drill.cluster().server(owner).endpoint()};
    LabClient& newcomer = drill.another_client(options);
    unsigned stored = 0;
    for (const std::string& key : keys) {
        stored += drill.control()
                      .await(3s, "a fill",
                             [&] { return newcomer.fill_tier(key, 512) == FillState::stored; })
                      .has_value();
    }
    return stored;
}

// Until the old primary is the new one's replica. It believes itself the owner until it hears of
// the vote, and refuses writes for a while.
void heal_and_read(DrillContext& drill, NewKeys& reads) {
    if (!drill.require(drill.network().heal(), "the network heals")) return;
    const SteadyTime healed = drill.control().now();
    bool follows = false;
    while (!follows && drill.control().now() < healed + kHealLimit) {
        reads.read(drill);
        follows = drill.cluster().info(PrivateNetwork::kCable, "replication",
                                       "master_link_status") == "up";
    }
    drill.expect(follows, "the old primary follows the new one");
    drill.fact("it follows after ms", milliseconds(drill.control().now() - healed));
}

void cut_off_minority(DrillContext& drill, From from, std::uint64_t believed_max) {
    constexpr unsigned kVictim = PrivateNetwork::kCable;
    drill.start_client(drill.client_options(false), {.objects = kObjects + kNewObjects});
    drill.warm();
    LocalCluster& cluster = drill.cluster();
    const unsigned replica = cluster.replica_of(kVictim);
    NewKeys reads{.keys = take_new_keys(drill, kVictim)};
    drill.expect(reads.keys.size() > 30, "there are keys to be filled anew");
    (void)drill.require(cluster.await_replicated(kHealLimit), "its replica forgets them too");
    drill.start_load({.per_second = 800, .keys = kObjects});
    drill.pause(1s);

    if (!drill.require(drill.network().cut_off(from), "a primary is cut off")) return;
    drill.await(10s, "the majority promotes its replica",
                [&] { return cluster.info(replica, "replication", "role") == "master"; });
    drill.expect(fill_anew(drill, reads.keys, replica) == reads.keys.size(),
                 "the majority takes fills");
    for (const std::string& key : reads.keys)
        drill.expect(drill.client().read(key).outcome == Outcome::ok, "what was filled is read");
    const std::uint64_t believed = drill.object_loads();
    drill.fact("of " + std::to_string(reads.keys.size()) + " keys, loaded",
               static_cast<double>(believed));
    drill.expect(believed <= believed_max, "its nil is not trusted once it refused a write");
    reads.read(drill);
    drill.fact("read while it is cut off", reads.text());
    heal_and_read(drill, reads);
    drill.fact("read until it follows", reads.text());
    drill.expect(reads.false_misses == 0, "no nil of it is trusted");
    (void)drill.require(cluster.await_ready(kHealLimit), "the cluster is whole");
    expect_all_hits(drill);
    // For a moment the healed node finds no owner of its old slots: unknown, so the origin may
    // serve.
    const MetricsPage counted = drill.since_start();
    const double refused = counted["aside_unknown_total{reason=\"cluster_down\"}"];
    drill.fact("answered CLUSTERDOWN", refused);
    const auto more = static_cast<double>(drill.object_loads() - believed);
    drill.expect(more <= refused, "only what was answered CLUSTERDOWN was loaded beside");
    drill.expect(counted.sum("aside_miss_total") <= static_cast<double>(believed_max),
                 "no other miss was counted");
}

void d20_minority_that_clients_reach(DrillContext& drill) {
    cut_off_minority(drill, From::nodes, kBelievedMax);
}
void d20_minority_that_nobody_reaches(DrillContext& drill) {
    cut_off_minority(drill, From::everybody, 0);
}

// As a managed service replaces a node: a failover, another machine by the same name, and back.
void d31_name_moves(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = kObjects});
    drill.warm();
    drill.start_load({.per_second = 800});
    drill.pause(500ms);
    LocalCluster& cluster = drill.cluster();
    constexpr unsigned kMoved = 1;
    const unsigned replica = cluster.replica_of(kMoved);
    if (!drill.require(cluster.fail_over(replica), "its replica takes over")) return;
    (void)drill.require(cluster.await_ready(kHealLimit), "the cluster settles");
    RedisServer& server = cluster.server(kMoved);
    server.kill();
    (void)drill.require(drill.network().move_name(kMoved, PrivateNetwork::kSpare),
                        "its name leads elsewhere");
    server.options().host = PrivateNetwork::address(PrivateNetwork::kSpare);
    if (!drill.require(server.start(), "another machine bears it")) return;
    const SteadyTime moved = drill.control().now();
    drill.await(5s, "the client is connected there",
                [&] { return client_connections(drill, kMoved) > 0; });
    drill.fact("followed after ms", milliseconds(drill.control().now() - moved));
    (void)drill.require(cluster.await_ready(kHealLimit), "it follows its primary");
    (void)drill.require(cluster.fail_over(kMoved), "it takes over again");
    (void)drill.require(cluster.await_ready(kHealLimit), "the cluster settles");
    expect_all_hits(drill);
    const auto read = drill.client().read_tier(keys_of(drill, kMoved, 1).front());
    drill.fact("answered by", read.node);
    drill.expect(read.node.starts_with(PrivateNetwork::name(kMoved)) && !read.from_replica,
                 "it serves by its name");
    drill.expect_no_loads("nothing was loaded that L2 held");
}

void d32_resolver_silent(DrillContext& drill) {
    drill.start_client(drill.client_options(false), {.objects = kObjects});
    drill.warm();
    drill.start_load({.per_second = 800});
    drill.pause(500ms);
    const unsigned node = drill.cluster().primary_of(0);
    const long before = client_connections(drill, node);
    const MetricsPage counts = drill.since_start();
    if (!drill.require(drill.network().set_resolver_silent(true), "the resolver is silent")) return;
    drill.pause(5s);
    const MetricsPage during = drill.since_start() - counts;
    drill.fact("hits meanwhile", during.l2("hit"));
    drill.expect(during.l2("hit") > 2000 && during.sum("aside_unknown_total") == 0,
                 "open connections serve on");
    drill.expect(client_connections(drill, node) == before, "and are the same");
    // What is lost now cannot be opened again: the replica serves.
    auto closed =
        drill.cluster().command(node, {"CLIENT", "KILL", "USER", std::string(kClientUser)});
    drill.expect(closed.has_value(), "a node's connections are lost");
    drill.pause(3s);
    drill.expect(client_connections(drill, node) == 0, "nobody finds it by its name");
    (void)drill.require(drill.network().set_resolver_silent(false), "the resolver is back");
    const SteadyTime back = drill.control().now();
    drill.await(15s, "its name is found again",
                [&] { return client_connections(drill, node) > 0; });
    drill.fact("connected after ms", milliseconds(drill.control().now() - back));
    expect_all_hits(drill);
    drill.expect_no_loads("nothing was loaded that L2 held");
}

constexpr ClusterWish kCable = {.fresh = true, .private_network = true};
constexpr ClusterWish kNamed = {.fresh = true, .private_network = true, .named = true};

}  // namespace

std::vector<Drill> namespace_drills() {
    return {
        {"D20", "a minority that clients reach, then healed", "namespaces",
         d20_minority_that_clients_reach, kCable},
        {"D20b", "a minority that nobody reaches, then healed", "namespaces",
         d20_minority_that_nobody_reaches, kCable},
        {"D31", "a node's name moves to another address", "namespaces", d31_name_moves, kNamed},
        {"D32", "the resolver is silent", "namespaces", d32_resolver_silent, kNamed},
    };
}

}  // namespace aside::lab
