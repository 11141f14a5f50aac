#include "origin/dynamodb/store_fixture.h"

namespace aside::origin {
namespace {

struct BatchReadsTest : StoreTest {
    BatchReadsTest() {
        for (const std::string& id : numbered(300)) rows[id] = row_of(id);
    }
    // How many of these ended so.
    static std::size_t count(const std::vector<Outcome>& outcomes, std::string_view how) {
        return static_cast<std::size_t>(std::ranges::count_if(
            outcomes, [&](const Outcome& one) { return one.shown.starts_with(how); }));
    }
};

TEST_F(BatchReadsTest, OneLoadIsAGetItem) {
    EXPECT_EQ(shown(load("i0")), "found i0/1");
    EXPECT_EQ(shown(load("none")), "absent");
    EXPECT_EQ(operations(), (std::vector<std::string>{"GetItem", "GetItem"}));
    EXPECT_EQ(server.requests[0].field("content-type"), "application/x-amz-json-1.0");
    EXPECT_EQ(server.requests[0].target, "/");
    EXPECT_NE(server.requests[0].body.find(R"("ConsistentRead":false)"), std::string::npos);
}

TEST_F(BatchReadsTest, LoadsOfOneTurnShareARequest) {
    const auto outcomes = load_together(numbered(50));
    EXPECT_EQ(operations(), std::vector<std::string>{"BatchGetItem"});
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(outcomes[i].shown, "found i" + std::to_string(i) + "/1");
    }
}

TEST_F(BatchReadsTest, ABatchHasAHundredItemsAtMost) {
    const auto outcomes = load_together(numbered(250));
    EXPECT_EQ(operations(), std::vector<std::string>(3, "BatchGetItem"));
    EXPECT_EQ(count(outcomes, "found"), 250U);
    for (const auto& request : server.requests) EXPECT_LE(ids_in(request.body).size(), 100U);
}

TEST_F(BatchReadsTest, LoadsOfDifferentTurnsDoNotWaitForEachOther) {
    std::vector<Outcome> outcomes(2);
    world.spawn(0, load_into("i0", {.deadline = world.now() + 5s}, outcomes[0]));
    world.run_for(1ms);
    EXPECT_EQ(store->metrics().calls.value(), 1U) << "it went out by itself";
    world.spawn(0, load_into("i1", {.deadline = world.now() + 5s}, outcomes[1]));
    world.run_for(1s);
    EXPECT_EQ(operations(), (std::vector<std::string>{"GetItem", "GetItem"}));
    EXPECT_EQ(count(outcomes, "found"), 2U);
}

TEST_F(BatchReadsTest, LoadsOfOneItemShareARow) {
    const auto outcomes = load_together({"i0", "i1", "i0", "none", "none"});
    EXPECT_EQ(operations(), std::vector<std::string>{"BatchGetItem"});
    EXPECT_EQ(ids_in(server.requests[0].body), (std::vector<std::string>{"i0", "i1", "none"}));
    EXPECT_EQ(count(outcomes, "found"), 3U);
    EXPECT_EQ(count(outcomes, "absent"), 2U);
}

TEST_F(BatchReadsTest, ConsistentLoadsAreApart) {
    load_together({"i0", "i1", "i2"}, {{.consistent = true}, {}, {.consistent = true}});
    ASSERT_EQ(server.requests.size(), 2U);
    for (const auto& request : server.requests) {
        const bool batch = ids_in(request.body).size() == 2;
        EXPECT_EQ(request.body.find(R"("ConsistentRead":true)") != std::string::npos, batch);
        EXPECT_EQ(request.body.find(R"("ConsistentRead":false)") != std::string::npos, !batch);
    }
}

TEST_F(BatchReadsTest, WhatIsUnprocessedIsAskedAgainAndKeepsNobodyWaiting) {
    unprocessed = {{"i1", 2}, {"i3", 1}};
    const auto outcomes = load_together(numbered(5));
    EXPECT_EQ(operations(), (std::vector<std::string>{"BatchGetItem", "BatchGetItem", "GetItem"}));
    EXPECT_EQ(count(outcomes, "found"), 5U);
    EXPECT_LT(outcomes[0].took, outcomes[3].took);
    EXPECT_LT(outcomes[3].took, outcomes[1].took);
}

TEST_F(BatchReadsTest, UnprocessedUntilItsDeadlineIsThrottled) {
    unprocessed = {{"i0", 1000}};
    const auto outcomes = load_together({"i0", "i1"}, {{.deadline = world.now() + 300ms}, {}});
    EXPECT_EQ(outcomes[0].shown, "throttled");
    EXPECT_LE(outcomes[0].took, 300ms);
    EXPECT_EQ(outcomes[1].shown, "found i1/1");
    EXPECT_GT(server.requests.size(), 2U);
    EXPECT_LT(server.requests.size(), 20U);
}

TEST_F(BatchReadsTest, UnprocessedForEverEndsWithoutADeadlineToo) {
    unprocessed = {{"i0", 1000}, {"i1", 1000}};
    std::vector<Outcome> outcomes;
    begin_together({"i0", "i1"}, outcomes);
    EXPECT_TRUE(world.run_until_idle(1min));
    EXPECT_EQ(count(outcomes, "throttled"), 2U);
    EXPECT_EQ(server.requests.size(), 10U);
}

TEST_F(BatchReadsTest, ADeadlineEndsItsOwnLoadAlone) {
    server.next.push_back({.bytes = reply(200, R"({"Responses":{"items":[)" + row_of("i0") + "," +
                                                   row_of("i1") + "]}}")
                                        .bytes,
                           .after = 500ms});
    const auto outcomes = load_together({"i0", "i1"}, {{.deadline = world.now() + 100ms}, {}});
    EXPECT_EQ(outcomes[0].shown, "timed_out");
    EXPECT_EQ(outcomes[0].took, 100ms);
    EXPECT_EQ(outcomes[1].shown, "found i1/1");
}

TEST_F(BatchReadsTest, WhoIsGoneIsNotAskedForAgain) {
    unprocessed = {{"i0", 1}, {"i1", 1}};
    server.answer = [this](const ScriptedRequest& to) {
        auto said = reply(200, table_answer(to));
        said.after = 200ms;
        return said;
    };
    const auto outcomes = load_together({"i0", "i1"}, {{.deadline = world.now() + 100ms}, {}});
    EXPECT_EQ(outcomes[0].shown, "timed_out");
    EXPECT_EQ(outcomes[1].shown, "found i1/1");
    ASSERT_EQ(server.requests.size(), 2U);
    EXPECT_EQ(ids_in(server.requests[1].body), std::vector<std::string>{"i1"});
}

TEST_F(BatchReadsTest, AFailureIsEverybodys) {
    server.next.push_back(refusal(400, "ProvisionedThroughputExceededException"));
    EXPECT_EQ(count(load_together(numbered(7)), "throttled"), 7U);
    EXPECT_EQ(server.requests.size(), 1U) << "trying again is the guard's";
}

TEST_F(BatchReadsTest, ABadRowIsItsOwnLoadsAlone) {
    rows["i1"] = R"({"id":{"S":"i1"},"refs":{"SS":["a"]}})";
    rows["i2"] = R"({"id":{"S":"i2"},"refs":{"L":[)" + std::string(R"({"S":"a"},{"S":"a"},)") +
                 R"({"S":"a"},{"S":"a"},{"S":"a"},{"S":"a"}]}})";
    const auto outcomes = load_together({"i0", "i1", "i2", "i3"});
    EXPECT_EQ(outcomes[0].shown, "found i0/1");
    EXPECT_EQ(outcomes[1].shown, "corrupt");
    EXPECT_EQ(outcomes[2].shown, "too_large");
    EXPECT_EQ(outcomes[3].shown, "found i3/1");
}

TEST_F(BatchReadsTest, AnAnswerAboutAnotherTableSaysNothingOfThisOne) {
    server.next.push_back(reply(200, R"({"Responses":{"other":[]},"UnprocessedKeys":{}})"));
    EXPECT_EQ(count(load_together({"i0", "i1"}), "protocol"), 2U);
}

TEST_F(BatchReadsTest, RowsThatNobodyAskedForArePassedOver) {
    server.next.push_back(reply(200, R"({"Responses":{"items":[)" + row_of("x") + "," +
                                         row_of("i0") + R"(]},"UnprocessedKeys":)" +
                                         R"({"items":{"Keys":[{"id":{"S":"y"}}]}}})"));
    const auto outcomes = load_together({"i0", "i1"});
    EXPECT_EQ(outcomes[0].shown, "found i0/1");
    EXPECT_EQ(outcomes[1].shown, "absent");
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(BatchReadsTest, ABatchThatIsTooLargeIsAskedInParts) {
    rows["i1"] = R"({"id":{"S":"i1"},"refs":{"L":[{"S":")" + std::string(400'000, 'k') + "\"}]}}";
    const std::vector<LoadRequest> small(4, {.max_bytes = 100});
    const auto outcomes = load_together(numbered(4), small);
    EXPECT_EQ(outcomes[1].shown, "too_large");
    EXPECT_EQ(count(outcomes, "found"), 3U);
    EXPECT_EQ(server.requests.size(), 5U) << "4, 2 and 2, 1 and 1";
}

TEST_F(BatchReadsTest, MaxBytesIsOfTheReferences) {
    rows["i0"] = R"({"id":{"S":"i0"},"refs":{"L":[{"S":"12345"},{"S":"6789"}]}})";
    EXPECT_EQ(shown(load("i0", {.max_bytes = 9})), "found 12345 6789");
    EXPECT_EQ(shown(load("i0", {.max_bytes = 8})), "too_large");
}

TEST_F(BatchReadsTest, WhoMustAdmitTheAnswerAsksAlone) {
    std::vector<std::uint64_t> asked;
    const auto admit = [&](std::uint64_t bytes) {
        asked.push_back(bytes);
        return asked.size() == 1;
    };
    const auto outcomes =
        load_together({"i0", "i1", "i2", "i3"}, {{.admit = admit}, {}, {}, {.admit = admit}});
    EXPECT_EQ(count(outcomes, "found"), 3U);
    EXPECT_EQ(count(outcomes, "bytes_in_flight"), 1U);
    const auto size = std::string(R"({"Item":)" + row_of("i0") + "}").size();
    EXPECT_EQ(asked, (std::vector<std::uint64_t>{size, size}));
    EXPECT_EQ(std::ranges::count(operations(), "GetItem"), 2);
}

TEST_F(BatchReadsTest, ClosedInTheMiddle) {
    server.next.push_back({.bytes = {}, .then = ScriptedReply::Then::silence});
    std::vector<Outcome> outcomes;
    begin_together(numbered(3), outcomes);
    world.run_for(1s);
    EXPECT_EQ(count(outcomes, "cancelled"), 0U);
    end();
    EXPECT_EQ(count(outcomes, "cancelled"), 3U);
}

TEST_F(BatchReadsTest, ClosedWhileItWaitsToAskAgain) {
    unprocessed = {{"i0", 1000}, {"i1", 1000}};
    std::vector<Outcome> outcomes;
    begin_together(numbered(2), outcomes);
    EXPECT_TRUE(world.run_until([&] { return server.requests.size() == 5; }, 1min));
    world.run_for(5ms);
    const SteadyTime closed = world.now();
    store->close(world.worker(0));
    EXPECT_TRUE(world.run_until([&] { return count(outcomes, "cancelled") == 2; }, 1min));
    EXPECT_EQ(world.now(), closed);
    EXPECT_EQ(server.requests.size(), 5U);
}

TEST_F(BatchReadsTest, AfterTheCloseNothingIsAsked) {
    EXPECT_EQ(shown(load("i0")), "found i0/1");
    store->close(world.worker(0));
    EXPECT_EQ(shown(load("i1")), "cancelled");
    EXPECT_EQ(server.requests.size(), 1U);
}

}  // namespace
}  // namespace aside::origin
