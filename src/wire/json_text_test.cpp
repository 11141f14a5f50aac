// JSON strings, as another reader takes them.
#include "wire/json_text.h"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace aside::wire {
namespace {

std::string read_back(const std::string& json) {
    simdjson::dom::parser parser;
    std::string_view text;
    EXPECT_EQ(parser.parse(json).get(text), simdjson::SUCCESS) << json;
    return std::string(text);
}

TEST(JsonText, EveryByteIsReadBackWhereverItStands) {
    for (int code = 0; code < 128; ++code) {
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'a');
            text[at] = static_cast<char>(code);
            std::string json;
            append_json_string(json, text);
            EXPECT_EQ(read_back(json), text) << code << " " << at;
            const bool plain = code >= ' ' && code != '"' && code != '\\';
            EXPECT_EQ(json.size() == text.size() + 2, plain) << code;
        }
    }
}

TEST(JsonText, LongTextIsReadBackAtEveryLength) {
    std::string text;
    for (int size = 0; size < 10'000; size += 7) {
        std::string json = "[";  // what stood there stays
        append_json_string(json, text);
        ASSERT_TRUE(json.starts_with("[\""));
        EXPECT_EQ(read_back(json.substr(1)), text);
        text += "é\x01\"\\zz";
    }
}

TEST(JsonText, EscapesAreTheShortOnesWhereThereAreAny) {
    std::string json;
    append_json_escaped(json, "\"\\\n\r\t\b\f\x1f/\x7f é");
    EXPECT_EQ(json, "\\\"\\\\\\n\\r\\t\\u0008\\u000c\\u001f/\x7f é");
    std::string all_escapes(5000, '\0');
    json.clear();
    append_json_escaped(json, all_escapes);
    EXPECT_EQ(json.size(), all_escapes.size() * 6);
}

}  // namespace
}  // namespace aside::wire
