#include "lab/load/load_recorder.h"

#include "lab/load/load_run_fixture.h"

namespace aside::lab::load {
namespace {

struct LoadRecorderTest : LoadRunTest {
    LoadRecord record() {
        LoadRun recorded(world->worker(0), std::move(settings), recorder);
        recorder.begin(world->now());
        world->spawn(0, begin(recorded));
        world->run(recorded.ended());
        return recorder.take(recorded);
    }
    static runtime::Task<> begin(LoadRun& recorded) {
        recorded.start();
        co_return;
    }
    AnswerCheck check_of_answers;
    LoadRecorder recorder{check_of_answers};
};

TEST_F(LoadRecorderTest, FiguresStandInTheSecondInWhichARequestWasDue) {
    at(100, 3s);
    settings.connections = 1;
    server().answer = [this](const ScriptedRequest&) {
        ScriptedReply said =
            reply(200, "four", "Cache-Status: aside; hit; detail=\"l1=2,l2=1,origin=0\"\r\n");
        if (server().requests.size() == 101) said.after = 1500ms;
        return said;
    };
    const LoadRecord made = record();
    ASSERT_EQ(made.seconds.size(), 3U);
    for (const LoadFigures& second : made.seconds) {
        EXPECT_EQ(second.due, 100U);
        EXPECT_EQ(second.well, 100U);
        EXPECT_EQ(second.l1, 200U);
        EXPECT_EQ(second.body_bytes, 400U);
    }
    EXPECT_LT(made.seconds[0].latency.longest(), 1ms);
    EXPECT_GT(made.seconds[1].latency.longest(), 1500ms);
    EXPECT_GT(made.seconds[1].latency.quantile(0.02), 500ms);
    EXPECT_GT(made.seconds[2].latency.longest(), 450ms);  // what was due as the stall still lasted
    EXPECT_LT(made.seconds[2].latency.longest(), 530ms);  // and those before it in the queue
    EXPECT_EQ(made.statuses.at(200), 300U);
    EXPECT_EQ(made.unfinished, 0U);
    EXPECT_EQ(recorder.take_recent().due, 300U);
    EXPECT_EQ(recorder.take_recent().due, 0U);
}

TEST_F(LoadRecorderTest, ErrorsAreToldApart) {
    check_of_answers.expected = parse_statuses("2xx").value();
    check_of_answers.body = holds("item-{}\"");
    at(10, 600ms);
    server().answer = [this](const ScriptedRequest& to) {
        switch (server().requests.size()) {
            case 1:
                return reply(302, "");
            case 2:
                return reply(503, "");
            case 3:
                return reply(200, "\"item-1\"");  // another key's
            case 4:
                return ScriptedReply{.then = ScriptedReply::Then::close};
            case 5:
                return ScriptedReply{.bytes = "?"};
            default:
                return reply(200, "\"" + to.target.substr(7) + "\"");
        }
    };
    const LoadFigures total = record().total();
    EXPECT_EQ(total.due, 6U);
    EXPECT_EQ(total.well, 1U);
    const auto of = [&](Mishap what) { return total.mishaps[static_cast<std::size_t>(what)]; };
    EXPECT_EQ(of(Mishap::bad_status), 2U);
    EXPECT_EQ(of(Mishap::wrong_body), 1U);
    EXPECT_EQ(of(Mishap::lost), 1U);
    EXPECT_EQ(of(Mishap::malformed), 1U);
    EXPECT_EQ(total.latency.count(), 4U);  // of what was answered
}

TEST_F(LoadRecorderTest, WhatWasGivenUpCountsWithItsWait) {
    at(10, 1s);
    settings.patience = 2s;
    server().answer = [](const ScriptedRequest&) {
        return ScriptedReply{.then = ScriptedReply::Then::silence};
    };
    const LoadFigures total = record().total();
    EXPECT_EQ(total.mishaps[static_cast<std::size_t>(Mishap::timed_out)], 10U);
    EXPECT_EQ(total.latency.count(), 10U);
    EXPECT_GE(total.latency.quantile(0.1), 1980ms);
}

TEST_F(LoadRecorderTest, ACdnsAnswersAreCountedApart) {
    CdnModel cdn(1, 1h);
    settings.cdn = &cdn;
    settings.keys = scanned_keys(1);
    at(100, 1s);
    const LoadFigures total = record().total();
    EXPECT_EQ(total.due, 100U);
    EXPECT_EQ(total.well, 1U);
    EXPECT_EQ(total.from_cdn, 99U);
    EXPECT_EQ(total.latency.count(), 1U);
}

// A server that stalls cannot hide its stall behind a CDN: who waits there waits for it.
TEST_F(LoadRecorderTest, WhoWaitsForAnothersFetchIsAsLateAsThat) {
    CdnModel cdn(1, 1h);
    settings.cdn = &cdn;
    settings.keys = scanned_keys(1);
    server().answer = [](const ScriptedRequest&) {
        ScriptedReply said = reply(200, "late");
        said.after = 500ms;
        return said;
    };
    at(100, 1s);
    const LoadRecord made = record();
    const LoadFigures total = made.total();
    EXPECT_EQ(total.due, 100U);
    EXPECT_EQ(total.well, 1U);
    EXPECT_EQ(total.from_cdn, 99U);
    EXPECT_NEAR(static_cast<double>(total.latency.count()), 51, 2);  // the others it had
    EXPECT_GE(total.latency.longest(), 500ms);
    EXPECT_NEAR(total.latency.mean() / 1ms, 250, 20);
    EXPECT_EQ(made.unfinished, 0U);
}

TEST_F(LoadRecorderTest, WhoWaitsForAFetchThatFailsHasFailed) {
    CdnModel cdn(1, 1h);
    settings.cdn = &cdn;
    settings.keys = scanned_keys(1);
    server().answer = [](const ScriptedRequest&) {
        ScriptedReply said = reply(503, "");
        said.after = 200ms;
        return said;
    };
    at(100, 1s);
    const LoadFigures total = record().total();
    EXPECT_EQ(total.errors(), 100U);
    EXPECT_EQ(total.from_cdn, 0U);
}

TEST(LoadRecord, PartsAddUp) {
    LoadRecord one, two;
    one.seconds.resize(1);
    one.seconds[0].due = 3;
    one.statuses[200] = 3;
    two.seconds.resize(2);
    two.seconds[0].due = 1;
    two.seconds[1].due = 2;
    two.statuses = {{200, 2}, {404, 1}};
    two.latest_start = 5ms;
    one.merge(two);
    EXPECT_EQ(one.seconds[0].due, 4U);
    EXPECT_EQ(one.total().due, 6U);
    EXPECT_EQ(one.statuses.at(200), 5U);
    EXPECT_EQ(one.statuses.at(404), 1U);
    EXPECT_EQ(one.latest_start, 5ms);
}

TEST(AnswerCheck, Statuses) {
    EXPECT_TRUE(parse_statuses("2xx,404").value()[204]);
    EXPECT_TRUE(parse_statuses("2xx,404").value()[404]);
    EXPECT_FALSE(parse_statuses("2xx,404").value()[500]);
    for (const std::string_view wrong : {"", "99", "600", "2x", "6xx", "200,,404", "200 "})
        EXPECT_FALSE(parse_statuses(wrong)) << wrong;
    EXPECT_TRUE(AnswerCheck().expected[399]);
    EXPECT_FALSE(AnswerCheck().expected[400]);
}

TEST(AnswerCheck, BodiesOfKeys) {
    EXPECT_EQ(id_member("/items/item-{}").value(), R"("id":"item-{}")");
    EXPECT_EQ(id_member("/objects/obj-{}?version=1").value(), R"("id":"obj-{}")");
    EXPECT_FALSE(id_member("/{}/all"));
    const BodyCheck check = holds(R"("id":"item-{}")");
    EXPECT_TRUE(check(7, R"({"id":"item-7","values":[]})"));
    EXPECT_FALSE(check(7, R"({"id":"item-77","values":[]})"));
    EXPECT_TRUE(holds("{}-{}")(12, "x12-12x"));
    EXPECT_TRUE(holds("plain")(1, "a plain text"));
}

}  // namespace
}  // namespace aside::lab::load
