// Test support: servers on a simulated network that know the commands and scripts of Aside as far
// as its tests need, and the Redis tier in front of them.
//
// Thread rule: the world's thread; the servers run on the world's last worker, which the tier does
// not know of.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "redis/link/scripted_server_fixture.h"
#include "redis/protocol/scripts.h"
#include "redis/protocol/slot.h"
#include "redis/redis_tier.h"

namespace aside::redis {

class ScriptedNode;

struct ScriptedRange {
    int first = 0, last = 0;
    std::size_t primary = 0;
    std::vector<std::size_t> replicas;
};
using ScriptedView = std::vector<ScriptedRange>;

struct ScriptedCluster {
    runtime::SimWorld& world;
    ScriptedView ranges;
    std::uint64_t epoch = 5;
    std::vector<std::unique_ptr<ScriptedNode>> nodes;

    inline ScriptedNode& add();
    ScriptedNode& operator[](std::size_t i) { return *nodes[i]; }
    std::size_t owner(int slot) const {
        for (const ScriptedRange& range : ranges) {
            if (range.first <= slot && slot <= range.last) return range.primary;
        }
        return nodes.size();
    }
    // `count` primaries that share the slots.
    void share(std::size_t count) {
        while (nodes.size() < count) add();
        ranges.clear();
        for (std::size_t i = 0; i < count; ++i) {
            const int from = static_cast<int>(i * kSlots / count);
            ranges.push_back({from, static_cast<int>((i + 1) * kSlots / count) - 1, i, {}});
        }
    }
};

class ScriptedNode {
  public:
    using Words = std::vector<std::string>;

    ScriptedNode(ScriptedCluster& cluster, std::size_t index)
        : cluster_(cluster),
          index_(index),
          at{"node-" + std::to_string(index), static_cast<std::uint16_t>(7000 + index)},
          id(std::string(39, 'a') + static_cast<char>('a' + index)),
          server(cluster.world, cluster.world.worker_count() - 1, at) {
        server.answer = [this](ServerSession& session, const Words& words) {
            return heard(session, words);
        };
    }

  private:
    ScriptedCluster& cluster_;
    const std::size_t index_;

  public:
    const runtime::Endpoint at;
    const std::string id;
    ScriptedServer server;

    // What it does.
    bool standalone = false;
    bool is_replica = false;                    // by HELLO
    bool silent = false;                        // hears, and says nothing
    bool state_ok = true;                       // by CLUSTER INFO
    bool writes_paused = false;                 // a write blocks its connection
    std::map<std::string, std::string> errors;  // by command ("SET", "CLUSTER SLOTS"): its answer
    std::map<std::string, std::string> once;    // the same, for the next one only
    std::optional<ScriptedView> view;           // its own idea of the slots
    std::optional<std::uint64_t> epoch;
    std::map<std::string, Duration> slow;  // by command: answered so much later
    // What it holds, and was asked.
    std::map<std::string, std::string> data;
    std::set<std::string> scripts_known;
    std::map<std::string, unsigned> counts;

    bool holds(const std::string& name) {
        expire(name);
        return data.contains(name);
    }
    Duration left(const std::string& name) { return std::chrono::milliseconds(left_ms(name)); }
    void die() {
        server.close();
        server.drop_sessions();
    }
    void resume_writes() {
        writes_paused = false;
        for (auto& [session, waiting] : std::exchange(blocked_, {})) {
            std::string out;
            for (const Words& words : waiting) out += execute(*session, words);
            session->send(out);
        }
    }
    void push(const std::string& frame) {
        for (ServerSession* session : tracking_) {
            if (!session->ended) session->send(frame);
        }
    }
    std::size_t tracked_by() const {
        std::size_t count = 0;
        for (const ServerSession* session : tracking_) count += session->ended ? 0 : 1;
        return count;
    }

  private:
    static std::string name_of(const Words& words) {
        const bool two = words.size() > 1 && (words[0] == "CLUSTER" || words[0] == "CLIENT");
        return two ? words[0] + " " + words[1] : words[0];
    }
    std::string heard(ServerSession& session, const Words& words) {
        if (silent) return {};
        const bool write = words[0] == "SET" || words[0].starts_with("EVAL");
        if (blocked_.contains(&session) || (writes_paused && write)) {
            blocked_[&session].push_back(words);
            return {};
        }
        return execute(session, words);
    }
    std::string execute(ServerSession& session, const Words& words) {
        const std::string name = name_of(words);
        ++counts[name];
        if (const auto at = once.find(name); at != once.end()) {
            const std::string said = at->second;
            once.erase(at);
            return "-" + said + "\r\n";
        }
        if (const auto at = errors.find(name); at != errors.end()) return "-" + at->second + "\r\n";
        std::string reply = answer(session, name, words);
        const auto late = slow.find(name);
        if (late == slow.end()) return reply;
        cluster_.world.worker(cluster_.world.worker_count() - 1)
            .spawn(say_later(session, std::move(reply), late->second));
        return {};
    }
    runtime::Task<> say_later(ServerSession& session, std::string reply, Duration after) {
        co_await runtime::sleep_for(cluster_.world.worker(cluster_.world.worker_count() - 1),
                                    after);
        if (!session.ended) session.send(reply);
    }
    std::string answer(ServerSession& session, const std::string& name, const Words& words) {
        if (name == "HELLO") {
            return std::string("%3\r\n+server\r\n+redis\r\n+mode\r\n+") +
                   (standalone ? "standalone" : "cluster") + "\r\n+role\r\n+" +
                   (is_replica ? "replica" : "master") + "\r\n";
        }
        if (name == "PING") return "+PONG\r\n";
        if (name == "CLIENT TRACKING") tracking_.insert(&session);
        if (name == "CLUSTER SLOTS") return slots_reply();
        if (name == "CLUSTER INFO") {
            return ScriptedServer::bulk(std::string("cluster_state:") + (state_ok ? "ok" : "fail") +
                                        "\r\ncluster_current_epoch:" +
                                        std::to_string(epoch.value_or(cluster_.epoch)) + "\r\n");
        }
        if (name == "GET" || name == "SET") return keyed(words, words[1]);
        if (name.starts_with("EVAL")) return keyed(words, words[3]);
        return "+OK\r\n";
    }
    std::string keyed(const Words& words, const std::string& key) {
        const int slot = slot_of_name(key);
        const std::size_t owner = standalone ? index_ : cluster_.owner(slot);
        if (owner == cluster_.nodes.size()) return "-CLUSTERDOWN Hash slot not served\r\n";
        if (owner != index_) {
            return "-MOVED " + std::to_string(slot) + " " + to_string(cluster_[owner].at) + "\r\n";
        }
        if (words[0] == "GET") return holds(key) ? ScriptedServer::bulk(data[key]) : "_\r\n";
        if (words[0] == "SET") {  // SET key value NX PX ttl
            if (holds(key)) return "_\r\n";
            put(key, words[2], words[5]);
            return "+OK\r\n";
        }
        return script(words);
    }
    std::string script(const Words& words) {
        for (const Script* script : redis::scripts()) {
            if (words[0] == "EVAL" && words[1] == script->source) {
                scripts_known.insert(std::string(script->sha1));
            } else if (words[1] != script->sha1) {
                continue;
            } else if (!scripts_known.contains(words[1])) {
                return "-NOSCRIPT No matching script.\r\n";
            }
            return run(*script, words);
        }
        return "-ERR unknown script\r\n";
    }
    std::string run(const Script& script, const Words& words) {
        const std::string &value = words[3], &lease = words[4], &tombstone = words[5];
        const bool holder = holds(lease) && words.size() > 6 && data[lease] == words[6];
        if (&script == &kTakeLease) {
            if (holds(lease)) return "*2\r\n:0\r\n:" + std::to_string(left_ms(lease)) + "\r\n";
            put(lease, words[6], words[7]);
            return std::string("*2\r\n:1\r\n:") + (holds(tombstone) ? "1" : "0") + "\r\n";
        }
        if (&script == &kRenewLease && holder) put(lease, words[6], words[7]);
        if (&script == &kReleaseLease && holder) data.erase(lease);
        if (&script == &kFill && holder) {
            put(value, words[8], words[7]);
            data.erase(lease);
        }
        if (&script == &kInvalidate) {
            data.erase(value);
            data.erase(lease);
            put(tombstone, "1", words[6]);
            push(">2\r\n$10\r\ninvalidate\r\n*1\r\n" + ScriptedServer::bulk(tombstone));
            return ":1\r\n";
        }
        return holder ? ":1\r\n" : ":0\r\n";
    }
    std::string slots_reply() const {
        const ScriptedView& ranges = view ? *view : cluster_.ranges;
        std::string out = "*" + std::to_string(ranges.size()) + "\r\n";
        for (const ScriptedRange& range : ranges) {
            out += "*" + std::to_string(3 + range.replicas.size()) +
                   "\r\n:" + std::to_string(range.first) + "\r\n:" + std::to_string(range.last) +
                   "\r\n";
            out += describe(range.primary);
            for (const std::size_t replica : range.replicas) out += describe(replica);
        }
        return out;
    }
    std::string describe(std::size_t index) const {
        const ScriptedNode& node = *cluster_.nodes[index];
        return "*3\r\n" + ScriptedServer::bulk(node.at.host) + ":" + std::to_string(node.at.port) +
               "\r\n" + ScriptedServer::bulk(node.id);
    }
    void put(const std::string& name, const std::string& value, const std::string& ttl_ms) {
        data[name] = value;
        expires_[name] = cluster_.world.now() + std::chrono::milliseconds(std::stoll(ttl_ms));
    }
    void expire(const std::string& name) {
        const auto at = expires_.find(name);
        if (at != expires_.end() && at->second <= cluster_.world.now()) data.erase(name);
    }
    std::int64_t left_ms(const std::string& name) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(expires_[name] -
                                                                     cluster_.world.now())
            .count();
    }

    std::map<std::string, SteadyTime> expires_;
    std::map<ServerSession*, std::vector<Words>> blocked_;
    std::set<ServerSession*> tracking_;
};

ScriptedNode& ScriptedCluster::add() {
    nodes.push_back(std::make_unique<ScriptedNode>(*this, nodes.size()));
    return *nodes.back();
}

}  // namespace aside::redis
