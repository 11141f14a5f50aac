#include "origin/dynamodb/store_fixture.h"

namespace aside::origin {
namespace {

struct Write {
    std::string id;
    std::optional<std::vector<Reference>> references;
    std::string ended;  // "ok", or the error's name
};

struct BatchWritesTest : StoreTest {
    using StoreTest::StoreTest;

    runtime::Task<> write_one(Write& write) {
        Result<void> ended;
        if (write.references) {
            ended = co_await store->put(world.worker(0), write.id, *write.references);
        } else {
            ended = co_await store->remove(world.worker(0), write.id);
        }
        write.ended = ended ? "ok" : name_of(ended.error().code);
    }
    runtime::Task<> write_all(std::vector<Write>& writes) {
        std::vector<runtime::Task<>> tasks;
        for (Write& write : writes) tasks.push_back(write_one(write));
        co_await when_all(world.worker(0), std::move(tasks));
    }
    void together(std::vector<Write>& writes) { world.run(write_all(writes)); }
    static std::vector<Write> puts(std::size_t count) {
        std::vector<Write> writes;
        for (std::string& id : numbered(count))
            writes.push_back({std::move(id), {{{"k", ""}}}, {}});
        return writes;
    }
    static std::size_t count(const std::vector<Write>& writes, std::string_view how) {
        return static_cast<std::size_t>(std::ranges::count(writes, how, &Write::ended));
    }
    const std::string& body(std::size_t request) const { return server.requests[request].body; }
};

TEST_F(BatchWritesTest, OneWriteIsARequestOfItsOwn) {
    std::vector<Write> put{{"a", {{{"x", "7"}}}, {}}};
    together(put);
    std::vector<Write> remove{{"a", {}, {}}};
    together(remove);
    EXPECT_EQ(put[0].ended + remove[0].ended, "okok");
    EXPECT_EQ(operations(), (std::vector<std::string>{"PutItem", "DeleteItem"}));
    EXPECT_NE(body(0).find(R"({"key":{"S":"x"},"version":{"S":"7"}})"), std::string::npos);
}

TEST_F(BatchWritesTest, WritesOfOneTurnShareRequestsOf25) {
    auto writes = puts(60);
    writes[7].references.reset();
    together(writes);
    EXPECT_EQ(count(writes, "ok"), 60U);
    EXPECT_EQ(operations(), std::vector<std::string>(3, "BatchWriteItem"));
    std::size_t deletes = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_LE(ids_in(body(i)).size(), 25U);
        deletes +=
            body(i).find(R"({"DeleteRequest":{"Key":{"id":{"S":"i7"}}}})") != std::string::npos;
    }
    EXPECT_EQ(deletes, 1U);
}

TEST_F(BatchWritesTest, WhatIsUnprocessedIsSentAgain) {
    const std::string left = R"({"PutRequest":{"Item":{"refs":{"L":[]},"id":{"S":"i2"}}}})";
    server.next.push_back(reply(200, R"({"UnprocessedItems":{"items":[)" + left + "]}}"));
    auto writes = puts(3);
    together(writes);
    EXPECT_EQ(count(writes, "ok"), 3U);
    ASSERT_EQ(server.requests.size(), 2U);
    EXPECT_EQ(body(1), R"({"RequestItems":{"items":[)" + left + "]}}") << "as it was told";
}

TEST_F(BatchWritesTest, WhatIsThrottledIsSentAgain) {
    server.next.push_back(refusal(400, "ThrottlingException"));
    server.next.push_back(reply(503, ""));
    auto writes = puts(3);
    together(writes);
    EXPECT_EQ(count(writes, "ok"), 3U);
    EXPECT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(body(0), body(2));
}

TEST_F(BatchWritesTest, ThrottledForEverEnds) {
    server.answer = [](const ScriptedRequest&) { return refusal(400, "ThrottlingException"); };
    auto writes = puts(2);
    const SteadyTime began = world.now();
    together(writes);
    EXPECT_EQ(count(writes, "throttled"), 2U);
    EXPECT_LE(world.now() - began, 30s);
    EXPECT_GE(world.now() - began, 25s);
}

TEST_F(BatchWritesTest, OtherFailuresAreToldAtOnce) {
    server.next.push_back(refusal(400, "AccessDeniedException"));
    auto writes = puts(2);
    together(writes);
    EXPECT_EQ(count(writes, "denied"), 2U);
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(BatchWritesTest, OfOneItemTheLastWriteIsMade) {
    std::vector<Write> writes{
        {"a", {{{"first", ""}}}, {}}, {"b", {{{"x", ""}}}, {}}, {"a", {{{"last", ""}}}, {}}};
    together(writes);
    EXPECT_EQ(count(writes, "ok"), 3U);
    ASSERT_EQ(server.requests.size(), 1U);
    EXPECT_EQ(ids_in(body(0)), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(body(0).find("first"), std::string::npos);
}

TEST_F(BatchWritesTest, AWriteWaitsForTheOneBeforeIt) {
    ScriptedReply late = reply(200, "{}");
    late.after = 1s;
    server.next.push_back(std::move(late));
    Write first{"a", {{{"first", ""}}}, {}};
    Write second{"a", {{{"second", ""}}}, {}};
    world.spawn(0, write_one(first));
    world.run_for(100ms);
    world.spawn(0, write_one(second));
    world.run_for(100ms);
    EXPECT_EQ(server.requests.size(), 1U);
    world.run_for(2s);
    EXPECT_EQ(first.ended + second.ended, "okok");
    ASSERT_EQ(server.requests.size(), 2U);
    EXPECT_NE(body(1).find("second"), std::string::npos);
}

TEST_F(BatchWritesTest, WhatNoTableHoldsIsRefusedBefore) {
    std::vector<Write> writes = puts(2);
    writes.push_back({"big", {{{std::string(410'000, 'k'), ""}}}, {}});
    writes.push_back({"bad", {{{"\xff", ""}}}, {}});
    together(writes);
    EXPECT_EQ(count(writes, "ok"), 2U);
    EXPECT_EQ(writes[2].ended, "too_large");
    EXPECT_EQ(writes[3].ended, "bad_input");
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(BatchWritesTest, ClosedWhileItWaitsToSendAgain) {
    server.answer = [](const ScriptedRequest&) { return refusal(400, "ThrottlingException"); };
    auto writes = puts(2);
    world.spawn(0, write_all(writes));
    EXPECT_TRUE(world.run_until([&] { return server.requests.size() == 8; }, 1min));
    world.run_for(5ms);
    const SteadyTime closed = world.now();
    store->close(world.worker(0));
    EXPECT_TRUE(world.run_until([&] { return count(writes, "cancelled") == 2; }, 1min));
    EXPECT_EQ(world.now(), closed);
    EXPECT_EQ(server.requests.size(), 8U);
}

}  // namespace
}  // namespace aside::origin
