#include "origin/dynamodb/replies.h"

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

const TableLayout kList{.table = "items"};
const TableLayout kRows{.table = "rows", .id = "item", .position = "n"};
constexpr std::size_t kMost = 3;

// "a b@7": keys with their versions.
std::string shown(const References& references) {
    std::string text;
    for (const auto& [key, version] : references) {
        if (!text.empty()) text += ' ';
        text += version.empty() ? key : key + "@" + version;
    }
    return text;
}

std::string got(std::string_view json) {
    const auto item = read_get_item(kList, json, kMost);
    if (!item) return to_string(item.error());
    return *item ? "[" + shown(**item) + "]" : "absent";
}

struct Row {
    std::string_view json;
    std::string_view wanted;
};

TEST(DynamodbReplies, AnItem) {
    const Row rows[] = {
        {"{}", "absent"},
        {R"({"ConsumedCapacity":{"Units":0.5}})", "absent"},
        {R"({"Item":{"id":{"S":"x"},"refs":{"L":[]}}})", "[]"},
        {R"({"Item":{"refs":{"L":[{"S":"a"},{"M":{"key":{"S":"b"},"version":{"S":"7"}}}]}}})",
         "[a b@7]"},
        {R"({"Item":{"refs":{"L":[{"M":{"version":{"N":"12"},"key":{"S":"b"},"x":{"BOOL":true}}}]}}})",
         "[b@12]"},
        {R"({"Item":{"refs":{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"d"}]}}})",
         "too_large: more than 3 references"},
        {R"({"Item":{"id":{"S":"x"}}})", "corrupt: the item has no attribute \"refs\""},
        {R"({"Item":{"refs":{"SS":["a","b"]}}})",
         "corrupt: attribute \"refs\" is of type SS; a set has no order, and references need one: "
         "it must be a list (L)"},
        {R"({"Item":{"refs":{"S":"a"}}})",
         "corrupt: attribute \"refs\" is of type S; it must be a list (L)"},
        {R"({"Item":{"refs":{"L":[{"N":"1"}]}}})",
         "corrupt: attribute \"refs\" is of type L of N; its elements must be S, or M with the "
         "key"},
        {R"({"Item":{"refs":{"L":[{"M":{"version":{"S":"1"}}}]}}})",
         "corrupt: a reference without attribute \"key\""},
        {R"({"Item":{"refs":{"L":[{"M":{"key":{"N":"1"}}}]}}})",
         "corrupt: attribute \"key\" is of type N; it must be S"},
        {R"({"Item":{"refs":{"L":[{"M":{"key":{"S":"a"},"version":{"NULL":true}}}]}}})",
         "corrupt: attribute \"version\" is of type NULL; it must be S or N"},
        {R"({"Item":{"refs":{"L":[{}]}}})",
         "protocol: DynamoDB's answer: a list element without its type"},
        {R"({"Item":7})", "protocol: DynamoDB's answer: an Item that is no object"},
        {"[]", "protocol: DynamoDB's answer: not a JSON object"},
        {R"({"Item":{"refs")", "protocol: DynamoDB's answer: not a JSON object"},
        {"", "protocol: DynamoDB's answer: not a JSON object"},
    };
    for (const auto& [json, wanted] : rows) EXPECT_EQ(got(json), wanted) << json;
}

TEST(DynamodbReplies, ABatchTellsRowsAndWhatIsLeft) {
    const auto answer = read_batch_get_item(
        kList,
        R"({"Responses":{"items":[{"refs":{"L":[{"S":"a"}]},"id":{"S":"x"}},)"
        R"({"id":{"S":"bad"},"refs":{"S":"?"}}]},)"
        R"("UnprocessedKeys":{"items":{"Keys":[{"id":{"S":"y"}},{"id":{"S":"z"}}],)"
        R"("ConsistentRead":false}}})",
        kMost);
    ASSERT_TRUE(answer) << to_string(answer.error());
    ASSERT_EQ(answer->rows.size(), 2U);
    EXPECT_EQ(answer->rows[0].id, "x");
    EXPECT_EQ(shown(answer->rows[0].references.value()), "a");
    EXPECT_EQ(answer->rows[1].id, "bad");
    EXPECT_EQ(answer->rows[1].references.error().code, Errc::corrupt);
    EXPECT_EQ(answer->unprocessed, (std::vector<std::string>{"y", "z"}));
}

TEST(DynamodbReplies, ABatchThatIsNone) {
    for (const std::string_view json :
         {"{}", R"({"Responses":{"items":[{}]}})", R"({"Responses":{"items":[7]}})",
          R"({"Responses":{},"UnprocessedKeys":{"items":{"Keys":[{}]}}})"}) {
        const auto answer = read_batch_get_item(kList, json, kMost);
        ASSERT_FALSE(answer) << json;
        EXPECT_EQ(answer.error().code, Errc::protocol) << json;
    }
    EXPECT_TRUE(read_batch_get_item(kList, R"({"Responses":{}})", kMost)->rows.empty());
}

TEST(DynamodbReplies, APageOfRows) {
    const auto page = read_query(kRows,
                                 R"({"Items":[{"n":{"N":"0"},"key":{"S":"a"}},)"
                                 R"({"n":{"N":"1.5"},"key":{"S":"b"},"version":{"S":"2"}}],)"
                                 R"("Count":2,"LastEvaluatedKey":{"item":{"S":"x"},)"
                                 R"("n":{"N":"1.5"}}})",
                                 kMost);
    ASSERT_TRUE(page) << to_string(page.error());
    EXPECT_EQ(shown(page->references), "a b@2");
    EXPECT_EQ(page->positions, (std::vector<std::string>{"0", "1.5"}));
    EXPECT_EQ(page->next_page, R"({"item":{"S":"x"},"n":{"N":"1.5"}})");

    const auto last = read_query(kRows, R"({"Items":[]})", kMost);
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->references.empty());
    EXPECT_TRUE(last->next_page.empty());
}

TEST(DynamodbReplies, APageThatIsNone) {
    EXPECT_EQ(read_query(kRows, "{}", kMost).error().code, Errc::protocol);
    EXPECT_EQ(read_query(kRows, R"({"Items":[{"key":{"S":"a"}}]})", kMost).error().code,
              Errc::protocol);
    EXPECT_EQ(read_query(kRows, R"({"Items":[{"n":{"N":"0"}}]})", kMost).error().code,
              Errc::corrupt);
}

TEST(DynamodbReplies, PositionsWhateverElseIsInTheRows) {
    const auto page =
        read_positions(kRows, R"({"Items":[{"n":{"N":"0"},"key":{"BOOL":true}},{"n":{"N":"1.5"}}],)"
                              R"("LastEvaluatedKey":{"n":{"N":"1.5"}}})");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->positions, (std::vector<std::string>{"0", "1.5"}));
    EXPECT_EQ(page->next_page, R"({"n":{"N":"1.5"}})");
    EXPECT_EQ(read_positions(kRows, R"({"Items":[{}]})").error().code, Errc::protocol);
}

TEST(DynamodbReplies, WritesThatWereNotMade) {
    const auto left = read_batch_write_item(
        kRows,
        R"({"UnprocessedItems": {"rows": [{"DeleteRequest": {"Key": {"item": {"S": "x"}}}}]}})");
    ASSERT_TRUE(left);
    EXPECT_EQ(*left, std::vector<std::string>{R"({"DeleteRequest":{"Key":{"item":{"S":"x"}}}})"});
    EXPECT_TRUE(read_batch_write_item(kRows, R"({"UnprocessedItems":{}})")->empty());
}

TEST(DynamodbReplies, TheKeysOfATable) {
    const auto keys = read_describe_table(
        R"({"Table":{"KeySchema":[{"AttributeName":"item","KeyType":"HASH"},)"
        R"({"AttributeName":"n","KeyType":"RANGE"}],"AttributeDefinitions":)"
        R"([{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"item","AttributeType":"S"}]}})");
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->partition + keys->partition_type + keys->sort + keys->sort_type, "itemSnN");
    EXPECT_EQ(read_describe_table("{}").error().code, Errc::protocol);
}

}  // namespace
}  // namespace aside::origin
