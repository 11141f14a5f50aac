// A real Redis or Valkey Cluster on loopback, formed in a second or two, and everything that can
// befall one: nodes killed, frozen, restarted empty, failed over, slots moved, nodes added.
//
// Clients connect as the ACL user that Aside's documentation prescribes (kClientUser), whoever runs
// the lab as the default user. Nodes are numbered in the order they were added; what a node *is*
// (primary, replica, owner of which slots) changes, and layout() tells.
//
// Thread rule: one thread, not a worker's: the one that called form(). Everything blocks.
// Ownership: ends its servers and removes its directory, unless they were started detached or
// `keep_directory`. Errors: of programs and files, timed_out, refused (an error reply).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lab/cluster_layout.h"
#include "lab/control_thread.h"
#include "lab/redis_admin.h"
#include "lab/redis_server.h"

namespace aside::lab {

inline constexpr std::string_view kClientUser = "aside";
inline constexpr std::string_view kClientPassword = "lab-password";

// Where a node lives, if not at 127.0.0.1.
struct NodePlace {
    std::string address;
    std::string name;                    // announced in place of the address; empty: none
    std::vector<std::string> run_under;  // words before the server's program
};

struct ClusterOptions {
    std::string program = "redis-server";
    std::string directory;  // empty: a new one in /tmp
    bool keep_directory = false;
    unsigned primaries = 3;
    unsigned replicas = 1;         // of each
    unsigned small_primaries = 0;  // of the primaries: the last ones, with kFewSlots each
    Duration node_timeout = std::chrono::seconds(3);
    bool tls = false;
    bool as_managed = true;         // false: Redis's own defaults
    std::uint16_t first_port = 0;   // 0: free ones
    std::vector<NodePlace> places;  // of the first nodes; others live at 127.0.0.1
    bool detached = false;          // leave the servers running
    std::vector<std::string> lines;
};

class LocalCluster {
  public:
    static constexpr unsigned kFewSlots = 300;

    static Result<std::unique_ptr<LocalCluster>> form(ControlThread& control,
                                                      ClusterOptions options);
    ~LocalCluster();
    LocalCluster(const LocalCluster&) = delete;

    unsigned size() const { return static_cast<unsigned>(servers_.size()); }
    RedisServer& server(unsigned node) { return *servers_[node]; }
    const std::string& directory() const { return directory_; }
    const Certificates& certificates() const { return certificates_; }
    std::vector<runtime::Endpoint> endpoints() const;

    // Asks one node, or the first that answers. An error reply is an Error.
    Result<RedisReply> command(unsigned node, const RedisCommand& command,
                               Duration patience = kAdminPatience);
    Result<ClusterLayout> layout();
    Result<ClusterLayout> layout_by(unsigned node);
    // The text of one field of INFO ("master_link_status"), or empty.
    std::string info(unsigned node, std::string_view section, std::string_view field);

    // What runs there: in what servers differ that a drill must know.
    struct ServerKind {
        bool valkey = false;
        unsigned major = 0;
        // Since Valkey 8 they send ASK for what left their primary's slot; others say nil.
        bool replicas_know_migration() const { return valkey && major >= 8; }
        bool migrates_slots_whole() const { return valkey && major >= 9; }
    };
    ServerKind kind(unsigned node);

    // Which node has this part now? size() when none has.
    unsigned primary_of(std::uint16_t slot);
    unsigned replica_of(unsigned primary);
    std::vector<unsigned> primaries();  // that own slots
    unsigned node_at(std::uint16_t port) const;

    // Moves `slot` to another primary key by key (SETSLOT, MIGRATE), in three steps.
    Result<void> begin_move(std::uint16_t slot, unsigned from, unsigned to);
    Result<void> move_keys(std::uint16_t slot, unsigned from, unsigned to, unsigned keys_max);
    Result<void> end_move(std::uint16_t slot, unsigned from, unsigned to);
    // The first `slots` slots that `from` owns, with all their keys, a few dozen at a time.
    Result<void> move_slots(unsigned from, unsigned to, unsigned slots);
    // With redis-cli --cluster reshard.
    Result<void> reshard(unsigned from, unsigned to, unsigned slots, Duration limit);

    // A primary without slots; with `of`, a replica of that node.
    Result<unsigned> add_node(unsigned of = kNobody);
    // It must own no slot. Its process ends, its number stays.
    Result<void> remove_node(unsigned node);
    static constexpr unsigned kNobody = ~0U;

    // CLUSTER FAILOVER on a replica, waited for.
    Result<void> fail_over(unsigned replica, bool force = false);

    // Until every node agrees on a whole map, every replica's link is up, and clients are told of
    // all of them.
    Result<void> await_ready(Duration limit);
    // Until every replica has what its primary had when this was called.
    Result<void> await_replicated(Duration limit);
    // Thaws and restarts what is frozen or dead, ends moves half done, waits.
    Result<void> heal_keeping_data();
    // And empties the nodes.
    Result<void> heal();

  private:
    LocalCluster(ControlThread& control, ClusterOptions options)
        : control_(control), options_(std::move(options)) {}
    Result<void> prepare();
    Result<ServerOptions> new_server_options(unsigned node);
    Result<std::uint16_t> free_port();
    Result<void> add_server();
    Result<void> await_answering(unsigned node);
    Result<void> await_started(unsigned node);
    bool answers(unsigned node);
    Result<void> assign_and_meet();
    Result<void> replicate();
    Result<void> await_known(std::size_t nodes);
    bool is_ready(unsigned node);
    bool tells_replicas(unsigned node, const ClusterLayout& seen);
    bool expected(unsigned node) const;  // part of the cluster and running
    Result<void> settle_open_slots();
    // An error reply is an Error.
    Result<void> ask_all(unsigned node, const std::vector<RedisCommand>& commands);
    Result<void> move_some(unsigned from, unsigned to, const LaidOutNode& source,
                           const LaidOutNode& target, std::span<const std::string> slots);

    ControlThread& control_;
    ClusterOptions options_;
    std::string directory_;
    Certificates certificates_;
    std::vector<std::unique_ptr<RedisServer>> servers_;
    std::vector<bool> removed_;  // by node
};

}  // namespace aside::lab
