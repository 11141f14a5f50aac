// What real servers answered, told by the client's machines as it must be, and answered by the
// simulated servers byte for byte.
#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "lab/sim/recording_fixture.h"
#include "lab/sim/server_core_fixture.h"
#include "redis/link/handshake.h"
#include "redis/protocol/reply_meaning.h"
#include "redis/protocol/scripts.h"
#include "redis/topology/cluster_view.h"
#include "wire/resp.h"

namespace aside::lab {
namespace {

using redis::ReplyError;

constexpr const char* kRecordings[] = {"redis-7.0.txt", "redis-8.0.txt", "valkey-8.0.txt",
                                       "valkey-8.1.txt", "valkey-9.1.txt"};
const runtime::Endpoint kAsked{"127.0.0.1", 17901};

class RecordedReplies : public testing::TestWithParam<const char*> {
  protected:
    // The scenario's replies, which there must be.
    std::vector<RecordedReply> of(std::string_view scenario) {
        const auto at = std::ranges::find(scenarios_, scenario, &RecordedScenario::name);
        EXPECT_NE(at, scenarios_.end()) << scenario;
        return at == scenarios_.end() ? std::vector<RecordedReply>() : at->replies;
    }
    // Reads the reply to `said` in that scenario; its texts live in the fixture.
    const wire::RespNode& reply(std::string_view scenario, std::string_view said) {
        for (const RecordedReply& each : of(scenario)) {
            if (each.said == said) return read(each.answered);
        }
        ADD_FAILURE() << scenario << ": " << said;
        return reader_.root();
    }
    const wire::RespNode& read(const std::string& answered) {
        text_ = answered;
        reader_ = wire::RespReader();
        EXPECT_EQ(reader_.read(text_), wire::RespReader::Result::frame);
        EXPECT_EQ(reader_.frame_bytes(), text_.size());
        return reader_.root();
    }

    const std::vector<RecordedScenario> scenarios_ =
        read_recording(std::string(ASIDE_RECORDINGS) + "/" + GetParam());
    std::string text_;
    wire::RespReader reader_;
};

// In such a state every command that is refused is refused so. Redirects come first, and so may
// what a redirect is about.
constexpr std::pair<std::string_view, ReplyError> kStates[] = {
    {"out-of-memory", ReplyError::out_of_memory},
    {"no-replicas", ReplyError::no_replicas},
    {"misconf", ReplyError::misconf},
    {"busy", ReplyError::busy},
    {"max-clients", ReplyError::max_clients},
    {"loading", ReplyError::loading},
    {"master-down", ReplyError::master_down},
    {"minority-reads-allowed", ReplyError::cluster_down_reads_only},
    {"minority-reads-refused", ReplyError::cluster_down},
};

TEST_P(RecordedReplies, StatesAreToldByTheirRefusals) {
    for (const auto& [scenario, error] : kStates) {
        unsigned refused = 0;
        for (const RecordedReply& each : of(scenario)) {
            const wire::RespNode& node = read(each.answered);
            if (node.type != wire::RespType::error) continue;
            const ReplyError told = redis::classify(node.text);
            if (told == ReplyError::moved) continue;
            EXPECT_EQ(told, error) << scenario << ": " << each.said << ": " << node.text;
            ++refused;
        }
        EXPECT_GE(refused, 1U) << scenario;
    }
}

TEST_P(RecordedReplies, RedirectsAndDenialsAreTold) {
    const std::tuple<std::string_view, std::string_view, ReplyError> rows[] = {
        {"old-protocol", "GET foo", ReplyError::moved},
        {"old-protocol", "EVALSHA 00 1 foo", ReplyError::moved},
        {"old-protocol", "GET u10470", ReplyError::cluster_down_unserved},
        {"old-protocol", "EVALSHA 0000000000000000000000000000000000000000 1 b",
         ReplyError::no_script},
        {"old-protocol", "EVALSHA 00 2 b foo", ReplyError::cross_slot},
        {"old-protocol", "HELLO 3 AUTH nouser nopass SETNAME asid", ReplyError::wrong_pass},
        {"migrating", "GET {b}gone", ReplyError::ask},
        {"migrating", "EVALSHA 00 3 b {b}1 {b}2", ReplyError::try_again},
        {"user", "GET b", ReplyError::no_auth},
        {"user", "HELLO 3", ReplyError::no_auth},
        {"user", "AUTH aside x", ReplyError::wrong_pass},
        {"user", "SET x 1", ReplyError::no_perm},
        {"user", "KEYS *", ReplyError::no_perm},
        {"user", "EVAL return_redis.call('get','b') 1 aside:{b}", ReplyError::no_perm},
        {"user", "EVAL return_redis.call('keys','*') 1 aside:{b}", ReplyError::no_perm},
    };
    for (const auto& [scenario, said, error] : rows) {
        const wire::RespNode& node = reply(scenario, said);
        ASSERT_EQ(node.type, wire::RespType::error) << scenario << ": " << said;
        EXPECT_EQ(redis::classify(node.text), error) << scenario << ": " << said;
    }
}

TEST_P(RecordedReplies, ASessionIsOpened) {
    for (const auto& [scenario, said, role] :
         {std::tuple("user", "HELLO 3 AUTH aside pw SETNAME aside", redis::ServerRole::primary),
          std::tuple("replica", "HELLO 3", redis::ServerRole::replica)}) {
        redis::Handshake handshake({}, {});
        std::string out;
        handshake.start(out);
        ASSERT_TRUE(handshake.reply(reply(scenario, said), out).value_or(false)) << scenario;
        EXPECT_EQ(handshake.facts().role, role);
        EXPECT_TRUE(handshake.facts().cluster);
        const std::string name = handshake.facts().server + "-" + handshake.facts().version;
        EXPECT_TRUE(name.starts_with(std::string_view(GetParam()).substr(0, 10))) << name;
    }
}

TEST_P(RecordedReplies, TheTopologyIsRead) {
    const auto view = redis::parse_cluster_slots(reply("protocol-three", "CLUSTER SLOTS"), kAsked);
    ASSERT_TRUE(view.has_value());
    ASSERT_EQ(view->ranges.size(), 2U);
    EXPECT_EQ(view->covered_slots(), 16383U);
    EXPECT_EQ(view->ranges[0].primary.endpoint.port, 17901);
    ASSERT_EQ(view->ranges[0].replicas.size(), 1U);
    EXPECT_EQ(view->ranges[0].replicas[0].endpoint.port, 17903);
    const bool zones = std::string_view(GetParam()).starts_with("valkey-9");
    EXPECT_EQ(view->ranges[1].primary.zone, zones ? "z" : "");
    for (const auto& [scenario, whole] :
         {std::pair("protocol-three", true), std::pair("minority-reads-allowed", false)}) {
        redis::ClusterView told;
        redis::add_cluster_info(told, reply(scenario, "CLUSTER INFO").text);
        EXPECT_EQ(told.state_ok, whole) << scenario;
        EXPECT_EQ(told.epoch, 2U);
    }
}

TEST_P(RecordedReplies, PushesNameWhatChanged) {
    const wire::RespNode& one = reply("pushes", "SET aside:t:{b} 1");
    ASSERT_EQ(one.type, wire::RespType::push);
    EXPECT_EQ(reader_.nodes()[1].text, "invalidate");
    EXPECT_EQ(reader_.nodes()[2].type, wire::RespType::array);
    EXPECT_EQ(reader_.nodes()[3].text, "aside:t:{b}");
    ASSERT_EQ(reply("pushes", "FLUSHALL").type, wire::RespType::push);
    EXPECT_EQ(reader_.nodes()[2].type, wire::RespType::null);
}

INSTANTIATE_TEST_SUITE_P(Servers, RecordedReplies, testing::ValuesIn(kRecordings),
                         [](const auto& test) {
                             std::string name = test.param;
                             name.resize(name.size() - std::string_view(".txt").size());
                             std::ranges::replace_if(
                                 name, [](char c) { return c == '-' || c == '.'; }, '_');
                             return name;
                         });

// --- the simulated servers

void set_state(RecordedCluster& cluster, std::string_view name, ServerSession& session) {
    NodeStates& states = cluster.core(0).states;
    states.out_of_memory = name == "out-of-memory";
    states.no_replicas = name == "no-replicas";
    states.misconf = name == "misconf";
    states.busy = name == "busy";
    states.loading = name == "loading";
    cluster.core(2).states.master_down = name == "master-down";
    cluster.core(0).cluster_ok = !name.starts_with("minority");
    const bool holds = name == "protocol-three" || name == "replica" || name.starts_with("migrat");
    if (holds) {
        cluster.core(0).replicate({.name = "b", .value = {.bytes = "1"}});
        cluster.core(2).replicate({.name = "b", .value = {.bytes = "1"}});
    }
    if (name.starts_with("migrating")) {
        cluster.core(0).migrating[3300] = 1;
        cluster.core(2).migrating[3300] = 1;
    }
    if (name == "importing") cluster.core(1).importing[3300] = 0;
    if (name != "user") return;
    ServerUser standard = default_user();
    standard.password = "dpw";
    cluster.core(0).set_users({standard, aside_user("aside", "pw", "aside:")});
    session = cluster.core(0).open_session();
    session.id = 10;
}

// What only a real server runs, or says: other scripts than Aside's, commands Aside never sends,
// and numbers of messages.
bool simulated(const RecordedScenario& scenario, std::string_view said) {
    return scenario.name != "pushes" && scenario.name != "max-clients" &&
           !said.starts_with("EVAL ") && !said.starts_with("KEYS") && said != "CLUSTER NODES" &&
           said != "CLUSTER INFO";
}

constexpr std::pair<ServerProfile, const char*> kProfiles[] = {
    {ServerProfile::redis7, "redis-7.0.txt"},
    {ServerProfile::redis8, "redis-8.0.txt"},
    {ServerProfile::valkey8, "valkey-8.0.txt"},
    {ServerProfile::valkey9, "valkey-9.1.txt"}};

TEST(RecordedReplies, SimulatedServersAnswerTheSame) {
    unsigned compared = 0;
    for (const auto& [profile, file] : kProfiles) {
        for (const RecordedScenario& scenario :
             read_recording(std::string(ASIDE_RECORDINGS) + "/" + file)) {
            RecordedCluster cluster(profile, scenario.name != "minority-reads-refused");
            ServerCore& core = cluster.core(scenario.node);
            ServerSession session = core.open_session();
            session.id = 10;
            set_state(cluster, scenario.name, session);
            for (const RecordedReply& each : scenario.replies) {
                if (!simulated(scenario, each.said)) continue;
                EXPECT_EQ(run_words(core, session, words_of(each.said)), each.answered)
                    << file << ", " << scenario.name << ": " << each.said;
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 300U);
}

// Another script was recorded than is simulated: what follows the reason names it.
TEST(RecordedReplies, SimulatedServersRefuseWritesOfScriptsTheSame) {
    const auto reason = [](std::string_view text) { return text.substr(0, text.find(" script:")); };
    const std::vector<std::string> take_lease = {
        "EVAL", std::string(redis::kTakeLease.source), "3", "b", "{b}1", "{b}2", "a", "2000"};
    unsigned compared = 0;
    for (const auto& [profile, file] : kProfiles) {
        for (const RecordedScenario& scenario :
             read_recording(std::string(ASIDE_RECORDINGS) + "/" + file)) {
            const bool of_state = scenario.name == "out-of-memory" ||
                                  scenario.name == "no-replicas" || scenario.name == "misconf" ||
                                  scenario.name.starts_with("minority");
            if (!of_state) continue;
            RecordedCluster cluster(profile, scenario.name != "minority-reads-refused");
            ServerSession session = cluster.core(0).open_session();
            set_state(cluster, scenario.name, session);
            const std::string refused = run_words(cluster.core(0), session, take_lease);
            const auto recorded =
                std::ranges::find_if(scenario.replies, [](const RecordedReply& each) {
                    return each.said.starts_with("EVAL return_redis.call('set'");
                });
            ASSERT_NE(recorded, scenario.replies.end()) << scenario.name;
            EXPECT_EQ(reason(refused), reason(recorded->answered)) << file << ", " << scenario.name;
            ++compared;
        }
    }
    EXPECT_EQ(compared, 20U);
}

}  // namespace
}  // namespace aside::lab
