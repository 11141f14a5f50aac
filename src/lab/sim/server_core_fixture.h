// A server core alone with a clock that a test moves, and commands written as text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/sim/server_core.h"

namespace aside::lab {

class CoreHost final : public ServerHost {
  public:
    SteadyTime time{std::chrono::seconds(1000)};
    std::vector<std::string> violations;

    SteadyTime now() const override { return time; }
    void wrote(ServerCore&, const Effect&) override {}
    void answered(ServerCore&, std::string_view) override {}
    void lied(ServerCore&, std::string_view) override {}
    void violated(ServerCore&, const std::string& what) override { violations.push_back(what); }
};

// Words are parted by one blank; '_' inside of a word stands for a blank.
inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == ' ') {
            words.emplace_back();
        } else {
            words.back() += c == '_' ? ' ' : c;
        }
    }
    return words;
}

inline std::string run_words(ServerCore& core, ServerSession& session,
                             const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    std::string out;
    if (core.run(session, views, out) == ServerCore::Ran::paused) return "(paused)";
    return out;
}

// The three nodes of the recordings: 17901 owns 0-8191, 17902 8192-16382, 17903 is the replica of
// 17901; slot 16383 is nobody's.
struct RecordedCluster {
    CoreHost host;
    std::vector<NodeName> names{{.id = "399bbde350c8882773f79f715b89539c7aa599db",
                                 .host = "127.0.0.1",
                                 .port = 17901,
                                 .zone = "z"},
                                {.id = "b50f0a1391e647d564e96e0244d2ada37829293d",
                                 .host = "127.0.0.1",
                                 .port = 17902,
                                 .zone = "z"},
                                {.id = "b11817539caa3094bf057714cae4ff9d7eda8ee5",
                                 .host = "127.0.0.1",
                                 .port = 17903,
                                 .zone = "z"}};
    std::vector<std::unique_ptr<ServerCore>> cores;

    explicit RecordedCluster(ServerProfile profile = ServerProfile::redis7,
                             bool reads_when_down = true) {
        std::vector<std::shared_ptr<Claim>> claims;
        for (NodeIndex index = 0; index < 3; ++index) {
            auto claim = std::make_shared<Claim>();
            claim->node = index;
            claim->primary = index == 2 ? NodeIndex{0} : kNobody;
            claim->epoch = index == 1 ? 2 : 1;
            const std::size_t first = index == 0 ? 0 : 8192;
            const std::size_t end = index == 0 ? 8192 : index == 1 ? 16383 : 0;
            for (std::size_t slot = first; slot < end; ++slot) claim->slots[slot] = true;
            claims.push_back(claim);
            cores.push_back(
                std::make_unique<ServerCore>(ServerSetup{.index = index,
                                                         .profile = profile,
                                                         .zone = "z",
                                                         .reads_when_down = reads_when_down},
                                             host, names));
            cores.back()->primary = claim->primary;
            cores.back()->epoch = claim->epoch;
        }
        for (auto& core : cores) {
            for (const auto& claim : claims) core->view.hear(claim, host.time);
        }
    }
    ServerCore& core(std::size_t index) { return *cores[index]; }
};

}  // namespace aside::lab
