#include "origin/dynamodb/store_fixture.h"

namespace aside::origin {
namespace {

using DynamodbStoreTest = StoreTest;

TEST_F(DynamodbStoreTest, AValidatorIsMadeOfTheReferences) {
    rows["a"] = R"({"id":{"S":"a"},"refs":{"L":[{"S":"x"},{"M":{"key":{"S":"y"},)"
                R"("version":{"S":"7"}}}]}})";
    const auto first = load("a");
    ASSERT_TRUE(first);
    EXPECT_EQ(shown(first), "found x y@7");
    EXPECT_FALSE(first->validator.empty());
    const auto again = load("a", {.validator = first->validator});
    EXPECT_EQ(shown(again), "not modified");
    EXPECT_EQ(again->validator, first->validator);

    // The same bytes, otherwise divided or in another order, are something else.
    for (const char* const list :
         {R"([{"S":"xy"},{"S":"7"}])", R"([{"S":"y"},{"S":"x"}])", R"([{"S":"x"}])", "[]"}) {
        rows["a"] = R"({"id":{"S":"a"},"refs":{"L":)" + std::string(list) + "}}";
        EXPECT_TRUE(shown(load("a", {.validator = first->validator})).starts_with("found")) << list;
    }
}

struct Row {
    ScriptedReply said;
    Errc wanted;
    bool loud = false;
};

TEST_F(DynamodbStoreTest, WhatAnErrorIsTakenFor) {
    const Row rows_of_errors[] = {
        {refusal(400, "ProvisionedThroughputExceededException"), Errc::throttled},
        {refusal(400, "ThrottlingException"), Errc::throttled},
        {refusal(400, "RequestLimitExceeded"), Errc::throttled},
        {reply(400, R"({"__type":"ThrottlingException","Message":"x"})"), Errc::throttled},
        {reply(503, ""), Errc::throttled},
        {reply(500, "<html>"), Errc::io},
        {refusal(500, "InternalServerError"), Errc::io},
        {reply(404, R"({"__type":"NoSuchKey"})"), Errc::protocol},
        {reply(200, "<html>"), Errc::protocol},
        {reply(200, R"({"Item":)"), Errc::protocol},
        {reply(200, "{}", "x-amz-crc32: 1\r\n"), Errc::io},
        {reply(200, "{}", "x-amz-crc32: -1\r\n"), Errc::io},
        {reply(400, R"({"__type":"ThrottlingException"})", "x-amz-crc32: 1\r\n"), Errc::io},
        {refusal(400, "AccessDeniedException"), Errc::denied, true},
        {refusal(400, "ResourceNotFoundException"), Errc::not_found, true},
        {refusal(400, "ValidationException"), Errc::denied, true},
    };
    for (const auto& [said, wanted, loud] : rows_of_errors) {
        server.next.push_back(said);
        const auto loaded = load("a");
        ASSERT_FALSE(loaded) << said.bytes;
        EXPECT_EQ(loaded.error().code, wanted) << said.bytes;
    }
    server.next.push_back(reply(200, "{}", "x-amz-crc32: 2745614147\r\n"));
    EXPECT_EQ(shown(load("a")), "absent");
}

TEST_F(DynamodbStoreTest, AMisconfigurationIsToldOnceAMinute) {
    server.answer = [](const ScriptedRequest&) {
        return refusal(400, "ResourceNotFoundException");
    };
    for (unsigned second = 0; second < 90; ++second) {
        EXPECT_EQ(shown(load("a")), "not_found");
        world.run_for(1s);
    }
    end();
    std::size_t told = 0;
    for (std::size_t at = logged.find("the table does not exist"); at != std::string::npos;
         at = logged.find("the table does not exist", at + 1)) {
        ++told;
    }
    EXPECT_EQ(told, 2U) << logged;
    EXPECT_NE(logged.find("dynamodb://items"), std::string::npos) << logged;
}

TEST_F(DynamodbStoreTest, IdsThatNoTableHoldsAreNotAskedFor) {
    for (const std::string& id : {std::string(), std::string(2049, 'x'), std::string("\xff")}) {
        EXPECT_EQ(shown(load(id)), "bad_input");
        EXPECT_EQ(world.run(store->put(world.worker(0), id, {})).error().code, Errc::bad_input);
        EXPECT_EQ(world.run(store->remove(world.worker(0), id)).error().code, Errc::bad_input);
    }
    EXPECT_TRUE(server.requests.empty());
    EXPECT_EQ(shown(load(std::string(2048, 'x'))), "absent");
}

TEST_F(DynamodbStoreTest, DescribesTheTable) {
    server.next.push_back(
        reply(200, R"({"Table":{"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],)"
                   R"("AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}]}})"));
    const auto keys = world.run(store->describe(world.worker(0), world.now() + 1s));
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_EQ(keys->partition, "id");
    EXPECT_EQ(keys->partition_type, "N");
    EXPECT_EQ(operations(), std::vector<std::string>{"DescribeTable"});
}

}  // namespace
}  // namespace aside::origin
