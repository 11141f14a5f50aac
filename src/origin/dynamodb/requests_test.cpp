#include "origin/dynamodb/requests.h"

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

const TableLayout kList{.table = "items"};
const TableLayout kRows{.table = "rows", .id = "item", .position = "n"};

TEST(DynamodbRequests, ReadAnItem) {
    EXPECT_EQ(get_item_request(kList, "gb", false),
              R"({"TableName":"items","Key":{"id":{"S":"gb"}},)"
              R"("ExpressionAttributeNames":{"#0":"id","#1":"refs"},)"
              R"("ProjectionExpression":"#0,#1","ConsistentRead":false})");
}

TEST(DynamodbRequests, ReadManyItems) {
    const std::string_view ids[] = {"gb", "de"};
    EXPECT_EQ(batch_get_item_request(kList, ids, true),
              R"({"RequestItems":{"items":{"Keys":[{"id":{"S":"gb"}},{"id":{"S":"de"}}],)"
              R"("ExpressionAttributeNames":{"#0":"id","#1":"refs"},)"
              R"("ProjectionExpression":"#0,#1","ConsistentRead":true}}})");
}

TEST(DynamodbRequests, ReadRowsPageByPage) {
    EXPECT_EQ(query_request(kRows, "gb", false, ""),
              R"({"TableName":"rows","KeyConditionExpression":"#0 = :id",)"
              R"("ExpressionAttributeNames":{"#0":"item","#1":"n","#2":"key","#3":"version"},)"
              R"("ProjectionExpression":"#1,#2,#3",)"
              R"("ExpressionAttributeValues":{":id":{"S":"gb"}},"ConsistentRead":false})");
    const std::string next = query_request(kRows, "gb", true, R"({"n":{"N":"4"}})");
    EXPECT_NE(next.find(R"("ExclusiveStartKey":{"n":{"N":"4"}},"ConsistentRead":true})"),
              std::string::npos)
        << next;
}

TEST(DynamodbRequests, WriteAnItem) {
    const Reference references[] = {{"a", ""}, {"b", "7"}};
    EXPECT_EQ(put_item_request(kList, "gb", references),
              R"({"TableName":"items","Item":{"id":{"S":"gb"},"refs":{"L":[)"
              R"({"M":{"key":{"S":"a"}}},)"
              R"({"M":{"key":{"S":"b"},"version":{"S":"7"}}}]}}})");
    EXPECT_EQ(put_item_request(kList, "gb", {}),
              R"({"TableName":"items","Item":{"id":{"S":"gb"},"refs":{"L":[]}}})");
    EXPECT_EQ(delete_item_request(kList, "gb"), R"({"TableName":"items","Key":{"id":{"S":"gb"}}})");
}

TEST(DynamodbRequests, WriteManyRows) {
    const std::string writes[] = {put_row_json(kRows, "gb", 0, {"a", "7"}),
                                  delete_row_json(kRows, "gb", "12")};
    EXPECT_EQ(batch_write_item_request(kRows, writes),
              R"({"RequestItems":{"rows":[)"
              R"({"PutRequest":{"Item":{"item":{"S":"gb"},"n":{"N":"0"},)"
              R"("key":{"S":"a"},"version":{"S":"7"}}}},)"
              R"({"DeleteRequest":{"Key":{"item":{"S":"gb"},"n":{"N":"12"}}}}]}})");
}

TEST(DynamodbRequests, ReadPositionsConsistently) {
    EXPECT_EQ(positions_request(kRows, "gb", ""),
              R"({"TableName":"rows","KeyConditionExpression":"#0 = :id",)"
              R"("ExpressionAttributeNames":{"#0":"item","#1":"n"},)"
              R"("ProjectionExpression":"#1",)"
              R"("ExpressionAttributeValues":{":id":{"S":"gb"}},"ConsistentRead":true})");
}

TEST(DynamodbRequests, DeleteAnItemInABatch) {
    EXPECT_EQ(delete_row_json(kList, "gb"), R"({"DeleteRequest":{"Key":{"id":{"S":"gb"}}}})");
}

TEST(DynamodbRequests, WhateverAKeyHoldsIsQuoted) {
    EXPECT_EQ(delete_item_request(kList, "a\"},{\n\x01"),
              R"({"TableName":"items","Key":{"id":{"S":"a\"},{\n\u0001"}}})");
}

}  // namespace
}  // namespace aside::origin
