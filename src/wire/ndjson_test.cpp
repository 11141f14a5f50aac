#include "wire/ndjson.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

std::string item_error(std::string_view line) {
    const auto record = decode_item_record(line, 3);
    return record ? "" : to_string(record.error());
}
std::string object_error(std::string_view line) {
    const auto record = decode_object_record(line, 20);
    return record ? "" : to_string(record.error());
}

TEST(NdjsonItems, AreDecoded) {
    const auto record =
        decode_item_record(R"({"id":"GB","refs":[{"key":"a\/b"},{"key":"c","version":"7"}]})", 10);
    ASSERT_TRUE(record) << to_string(record.error());
    EXPECT_EQ(record->id, "GB");
    EXPECT_EQ(record->references, (std::vector<ReferenceText>{{"a/b", ""}, {"c", "7"}}));
    EXPECT_TRUE(decode_item_record("{\"refs\":[],\"id\":\"x\"}\r", 0));
}

TEST(NdjsonItems, SayWhatIsWrong) {
    EXPECT_EQ(item_error(R"({"refs":[]})"), "bad_input: \"id\" is missing");
    EXPECT_EQ(item_error(R"({"id":"a"})"), "bad_input: \"refs\" is missing");
    EXPECT_EQ(item_error(R"({"id":1,"refs":[]})"), "bad_input: \"id\" is not a string");
    EXPECT_EQ(item_error(R"({"id":"","refs":[]})"), "bad_input: \"id\" is empty");
    EXPECT_EQ(item_error(R"({"id":"a","refs":[],"x":1})"), "bad_input: unknown member: x");
    EXPECT_EQ(item_error(R"({"id":"a","id":"b","refs":[]})"), "bad_input: member given twice: id");
    EXPECT_EQ(item_error(R"({"id":"a","refs":[{"key":"k"},{}]})"),
              "bad_input: reference 2: a reference without key");
    EXPECT_EQ(item_error(R"({"id":"a","refs":[{"key":"1"},{"key":"2"},{"key":"3"},{"key":"4"}]})"),
              "too_large: more than 3 references");
    EXPECT_EQ(item_error(R"({"id":"a","refs":[{"key":"1"}])"),
              "bad_input: not JSON: the line is cut off");
    EXPECT_EQ(item_error("[1]"), "bad_input: expected a JSON object");
    EXPECT_EQ(item_error("{\"id\":\"\xff\",\"refs\":[]}"), "bad_input: not JSON");
    EXPECT_NE(item_error(""), "");
    EXPECT_NE(item_error("{} {}"), "");
}

TEST(NdjsonObjects, KeepTheBodyAsItWasWritten) {
    const struct {
        std::string_view line;
        std::string_view body;
    } cases[] = {
        {R"({"key":"a","body":{ "x" : [1,  2] }})", R"({ "x" : [1,  2] })"},
        {R"({"body": 1.50e1 ,"key":"a"})", "1.50e1"},
        {R"({"key":"a","body":"}\"],{"})", R"("}\"],{")"},
        {R"({"key":"a","body":"\\"})", R"("\\")"},
        {R"({"key":"a","body":null})", "null"},
        {R"({"key":"a","body":[]})", "[]"},
        {R"({"key":"a","body":[{"a":"]"},[[]]]  })", R"([{"a":"]"},[[]]])"},
        {R"({"key":"a","body":99999999999999999999999})", "99999999999999999999999"},
        {R"({"key":"a","body":{"key":"b"}})", R"({"key":"b"})"},
        {"{\"key\":\"a\",\"body\":true}\r", "true"},
    };
    for (const auto& c : cases) {
        const auto record = decode_object_record(c.line, 100);
        ASSERT_TRUE(record) << c.line << " " << to_string(record.error());
        EXPECT_EQ(record->body, c.body) << c.line;
        EXPECT_EQ(record->name, (ReferenceText{"a", ""}));
    }
}

TEST(NdjsonObjects, HaveAVersionOrNot) {
    EXPECT_EQ(decode_object_record(R"({"key":"a","version":"7","body":1})", 9)->name.version, "7");
    EXPECT_EQ(decode_object_record(R"({"key":"a","version":null,"body":1})", 9)->name.version, "");
    EXPECT_EQ(decode_object_record(R"({"key":"\u00e9\n","body":1})", 9)->name.key, "é\n");
}

TEST(NdjsonObjects, SayWhatIsWrong) {
    EXPECT_EQ(object_error(R"({"key":"a"})"), "bad_input: \"body\" is missing");
    EXPECT_EQ(object_error(R"({"body":1})"), "bad_input: \"key\" is missing");
    EXPECT_EQ(object_error(R"({"key":7,"body":1})"), "bad_input: \"key\" is not a string");
    EXPECT_EQ(object_error(R"({"key":"","body":1})"), "bad_input: \"key\" is empty");
    EXPECT_EQ(object_error(R"({"key":"a\u0000b","body":1})"), "bad_input: \"key\" holds a NUL");
    EXPECT_EQ(object_error(R"({"key":"a","version":7,"body":1})"),
              "bad_input: \"version\" is not a string");
    EXPECT_EQ(object_error(R"({"key":"a","key":"a","body":1})"),
              "bad_input: member given twice: key");
    EXPECT_EQ(object_error(R"({"key":"a","body":1,"body":1})"),
              "bad_input: member given twice: body");
    EXPECT_EQ(object_error(R"({"key":"a","body":1,"etag":"x"})"),
              "bad_input: unknown member: etag");
    EXPECT_EQ(object_error(R"({"key":"a","body":"012345678901234567890"})"),
              "too_large: \"body\" has 23 bytes, more than 20");
    EXPECT_EQ(object_error(R"({"key":"a","body":{"x":1})"), "bad_input: not JSON");
    EXPECT_EQ(object_error(R"({"key":"a","body":{"x":)"),
              "bad_input: not JSON: the line is cut off");
    EXPECT_EQ(object_error("[]"), "bad_input: expected a JSON object");
    EXPECT_NE(object_error(""), "");
    EXPECT_NE(object_error("\xEF\xBB\xBF{\"key\":\"a\",\"body\":1}"), "");
    EXPECT_NE(object_error("{\"key\":\"a\",\"body\":\"\xff\"}"), "");
    EXPECT_NE(object_error(std::string(5000, '[')), "");
}

TEST(NdjsonObjects, CutOffAnywhereIsRefused) {
    const std::string line = R"({"key":"a\"","version":"v","body":{"x":["}",1]}})";
    ASSERT_TRUE(decode_object_record(line, 100));
    for (std::size_t size = 0; size < line.size(); ++size) {
        EXPECT_FALSE(decode_object_record(line.substr(0, size), 100)) << size;
    }
}

}  // namespace
}  // namespace aside::wire
