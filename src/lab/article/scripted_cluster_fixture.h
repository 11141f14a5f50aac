// Test support: nodes of a cluster on a simulated network, which hold values, own slots as the test
// says, and fail as it says. Thread rule: the world's thread; the nodes run on its last worker.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/article/cluster_client.h"
#include "runtime/sim/world.h"

namespace aside::lab {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): a test fixture

class ScriptedCluster {
  public:
    using Said = std::vector<std::string>;  // a command's words
    struct Node {
        runtime::Endpoint at;
        std::unique_ptr<runtime::Listener> listener;
        std::vector<std::shared_ptr<runtime::Stream>> sessions;
        // What it does.
        std::map<std::string, std::string> data;
        std::map<std::string, std::string> errors;  // by key, or first word: what it answers with
        bool silent = false;                        // hears, and says nothing
        // What it has heard.
        unsigned accepted = 0, slots_asked = 0;
        std::vector<Said> said;  // but CLUSTER SLOTS
    };

    explicit ScriptedCluster(runtime::SimWorld& world, std::size_t count)
        : worker_(world.worker(world.worker_count() - 1)) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::string host = "10.0.0." + std::to_string(i + 1);
            nodes_.push_back({.at = {host, 6379}, .listener = nullptr});
            open(i);
        }
    }
    ~ScriptedCluster() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) die(i);
    }

    Node& operator[](std::size_t index) { return nodes_[index]; }
    // What CLUSTER SLOTS says: each node's part of the slots is owned by…
    std::vector<std::size_t> owners_told = {0, 1, 2};

    // Nobody listens, and what was connected is not.
    void die(std::size_t index) {
        if (nodes_[index].listener) nodes_[index].listener->close();
        drop(index);
    }
    void drop(std::size_t index) {
        for (const auto& session : nodes_[index].sessions) session->close();
    }
    void open(std::size_t index) {
        nodes_[index].listener = worker_.listen(nodes_[index].at).value();
        worker_.spawn(serve(nodes_[index]));
    }

  private:
    runtime::Task<> serve(Node& node) {
        runtime::Listener& listener = *node.listener;
        for (;;) {
            auto stream = co_await listener.accept();
            if (!stream) co_return;
            ++node.accepted;
            worker_.spawn(converse(node, node.sessions.emplace_back(std::move(*stream))));
        }
    }
    runtime::Task<> converse(Node& node, std::shared_ptr<runtime::Stream> stream) {
        std::string in;
        std::vector<char> buffer(4096);
        wire::RespReader reader;
        for (;;) {
            const Result<std::size_t> got = co_await read_some(*stream, buffer);
            if (!got || *got == 0) break;
            in.append(buffer.data(), *got);
            std::string out;
            while (reader.read(in) == wire::RespReader::Result::frame) {
                Said words;
                for (const auto& word : reader.nodes().subspan(1)) words.emplace_back(word.text);
                in.erase(0, reader.frame_bytes());
                out += answer(node, words);
            }
            if (node.silent) continue;
            const Result<void> sent = co_await write_all(*stream, out);
            if (!sent) break;
        }
        stream->close();
    }

    static std::string bulk(const std::string& text) {
        return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    }
    std::string answer(Node& node, const Said& words) {
        if (words[0] == "CLUSTER") {
            ++node.slots_asked;
            return node.errors.contains("CLUSTER") ? "-" + node.errors["CLUSTER"] + "\r\n"
                                                   : slots();
        }
        node.said.push_back(words);
        for (const std::string& named : {words[0], words.size() > 1 ? words[1] : ""}) {
            if (const auto error = node.errors.find(named); error != node.errors.end())
                return "-" + error->second + "\r\n";
        }
        if (words[0] == "GET")
            return node.data.contains(words[1]) ? bulk(node.data[words[1]]) : "$-1\r\n";
        if (words[0] == "DEL") return ":" + std::to_string(node.data.erase(words[1])) + "\r\n";
        if (words[0] == "SET") node.data[words[1]] = words[2];
        return "+OK\r\n";
    }
    std::string slots() {
        const std::size_t parts = owners_told.size();
        std::string out = "*" + std::to_string(parts) + "\r\n";
        for (std::size_t i = 0; i < parts; ++i) {
            const runtime::Endpoint& at = nodes_[owners_told[i]].at;
            out += "*3\r\n:" + std::to_string(i * kKeySlots / parts) +
                   "\r\n:" + std::to_string((i + 1) * kKeySlots / parts - 1) + "\r\n*3\r\n" +
                   bulk(at.host) + ":" + std::to_string(at.port) + "\r\n" + bulk("id");
        }
        return out;
    }

    runtime::SimWorker& worker_;
    std::deque<Node> nodes_;  // tasks point to them
};

// Keys of each third of the slots: which node owns them at first.
inline const std::string kOf0 = "b", kOf1 = "c", kOf2 = "foo";

}  // namespace aside::lab
