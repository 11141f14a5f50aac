#include "lab/article/article_service.h"

#include <gtest/gtest.h>

#include "engine/scripted_origin_fixture.h"
#include "lab/article/scripted_cluster_fixture.h"

namespace aside::lab {
namespace {

using runtime::Task;
using testing::ElementsAre;
using testing::HasSubstr;
using Said = ScriptedCluster::Said;

struct Read {
    Outcome outcome = Outcome::failed;
    Error error;
    std::string body;  // values joined by '|'
    unsigned from_l2 = 0, from_origin = 0;
};

struct Bed {
    Bed() {
        origin.objects = {{"b", "1"}, {"c", "2"}, {"foo", "3"}};
        origin.items = {{"all", {{"foo", ""}, {"b", ""}, {"c", ""}}},
                        {"none", {}},
                        {"broken", {{"b", ""}, {"nowhere", ""}}}};
    }
    ~Bed() {
        service.close(world.worker(0));
        for (std::size_t i = 0; i < 3; ++i) nodes.die(i);
        EXPECT_TRUE(world.run_until_idle()) << world.describe();
    }
    Task<> read(bool item, std::string key, Read& into) {
        Answer answer;
        const SteadyTime deadline = world.now() + 3s;
        if (item)
            co_await service.item(world.worker(0), {key, deadline, nullptr}, answer);
        else
            co_await service.object(world.worker(0), {key, {}, deadline, nullptr}, answer);
        into = {answer.outcome, answer.error, {}, answer.from_l2, answer.from_origin};
        for (const Value* value : answer.values())
            into.body += (into.body.empty() ? "" : "|") + std::string(value->body());
    }
    Read item(const std::string& id) {
        Read result;
        world.run(read(true, id, result));
        return result;
    }
    Read object(const std::string& key) {
        Read result;
        world.run(read(false, key, result));
        return result;
    }

    runtime::SimWorld world{{.seed = 6, .workers = 2}};
    ScriptedCluster nodes{world, 3};
    engine::ScriptedOrigin origin;
    ArticleService service{{.cluster = {.seeds = {nodes[0].at}}, .prefix = ""}, 1, origin, origin};
};

TEST(Article, LoadsWhatRedisLacksAndPutsItBack) {
    Bed bed;
    const Read first = bed.item("all");
    EXPECT_EQ(first.outcome, Outcome::ok);
    EXPECT_EQ(first.body, "3|1|2");
    EXPECT_EQ(first.from_origin, 3U);
    EXPECT_THAT(bed.nodes[0].said,
                ElementsAre(Said{"GET", "b"}, Said{"SET", "b", "1", "EX", "60"}));
    const Read second = bed.item("all");
    EXPECT_EQ(second.body, "3|1|2");
    EXPECT_EQ(second.from_l2, 3U);
    EXPECT_EQ(bed.origin.object_loads, 3U);
    EXPECT_EQ(bed.origin.index_loads, 2U);  // each time
    EXPECT_EQ(bed.object("c").body, "2");
}

TEST(Article, HasNoFlights) {
    Bed bed;
    Read reads[4];
    for (Read& into : reads) bed.world.spawn(0, bed.read(false, "b", into));
    bed.world.run_for(1s);
    for (const Read& read : reads) EXPECT_EQ(read.body, "1");
    EXPECT_EQ(bed.origin.object_loads, 4U);
}

TEST(Article, SaysWhatIsAbsent) {
    Bed bed;
    EXPECT_EQ(bed.item("nobody").outcome, Outcome::absent);
    EXPECT_EQ(bed.object("nowhere").outcome, Outcome::absent);
    EXPECT_EQ(bed.item("none").outcome, Outcome::ok);
    const Read broken = bed.item("broken");
    EXPECT_EQ(broken.outcome, Outcome::failed);
    EXPECT_EQ(broken.error.code, Errc::not_found);
    EXPECT_THAT(broken.error.detail, HasSubstr("nowhere"));
    EXPECT_EQ(broken.body, "");
}

TEST(Article, FailsWithRedisWhateverItHas) {
    Bed bed;
    EXPECT_EQ(bed.item("all").outcome, Outcome::ok);
    bed.nodes[0].errors["GET"] = "CLUSTERDOWN The cluster is down";
    EXPECT_EQ(bed.item("all").error.code, Errc::overloaded);
    bed.nodes.die(0);
    bed.world.run_for(1ms);
    const Read read = bed.item("all");
    EXPECT_EQ(read.outcome, Outcome::failed);
    EXPECT_EQ(answer_kind(read.error.code), AnswerKind::origin_failed);
    EXPECT_EQ(bed.origin.object_loads, 3U);
}

TEST(Article, FailsWhereRedisTakesNoValue) {
    Bed bed;
    bed.nodes[0].errors["SET"] = "OOM command not allowed when used memory > 'maxmemory'.";
    EXPECT_EQ(bed.object("b").error.code, Errc::full);
    EXPECT_EQ(bed.object("foo").body, "3");
}

TEST(Article, AsksTheOriginThreeTimesAsTheSdksDo) {
    Bed bed;
    bed.origin.failing = {"b"};
    EXPECT_EQ(bed.object("b").error.code, Errc::io);
    EXPECT_EQ(bed.origin.object_loads, 3U);
    bed.origin.failure = Error{Errc::throttled, "SlowDown", 0};
    EXPECT_EQ(bed.item("all").error.code, Errc::throttled);
    EXPECT_EQ(bed.origin.index_loads, 3U);
    bed.origin.failure = Error{Errc::denied, "AccessDenied", 0};
    EXPECT_EQ(bed.item("all").error.code, Errc::denied);
    EXPECT_EQ(bed.origin.index_loads, 4U);
}

TEST(Article, StopsAskingAtTheDeadline) {
    Bed bed;
    bed.origin.failing = {"b"};
    bed.origin.latency = 2900ms;
    Read read;
    bed.world.run(bed.read(false, "b", read));
    EXPECT_EQ(read.error.code, Errc::io);
    EXPECT_LE(bed.origin.object_loads, 2U);
}

TEST(Article, WritesTheOriginAndForgets) {
    Bed bed;
    runtime::Worker& worker = bed.world.worker(0);
    EXPECT_EQ(bed.object("b").body, "1");
    const auto put = bed.world.run(bed.service.put_object(worker, {"b", ""}, "[4]"));
    ASSERT_TRUE(put);
    EXPECT_TRUE(put->origin && put->l2 && put->l1);
    EXPECT_EQ(bed.nodes[0].said.back(), (Said{"DEL", "b"}));
    EXPECT_EQ(bed.object("b").body, "[4]");
    EXPECT_EQ(bed.world.run(bed.service.put_object(worker, {"b", ""}, "{")).error().code,
              Errc::bad_input);
    ASSERT_TRUE(bed.world.run(bed.service.put_item(worker, "all", {{"b", ""}})));
    EXPECT_EQ(bed.item("all").body, "[4]");
    ASSERT_TRUE(bed.world.run(bed.service.remove_object(worker, {"b", ""})));
    EXPECT_EQ(bed.object("b").outcome, Outcome::absent);
    bed.nodes[0].errors["DEL"] = "READONLY You can't write against a read only replica.";
    const auto unheard = bed.world.run(bed.service.invalidate_object(worker, {"b", ""}));
    ASSERT_TRUE(unheard);
    EXPECT_FALSE(unheard->l2);
    EXPECT_THAT(unheard->l2_error, HasSubstr("READONLY"));
}

}  // namespace
}  // namespace aside::lab
