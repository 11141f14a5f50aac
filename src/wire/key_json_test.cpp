// The JSON documents that name ids, keys and references.
#include <string>

#include <gtest/gtest.h>

#include "wire/key_lists_json.h"
#include "wire/references_json.h"

namespace aside::wire {
namespace {

TEST(ReferencesJson, ReadsKeysAndVersions) {
    auto references = decode_references(
        R"({"refs":[{"key":"gb"},{"version":"7","key":"gb/ENG"},{"key":"\u00e9","version":null}]})",
        3);
    ASSERT_TRUE(references);
    EXPECT_EQ(*references, (std::vector<ReferenceText>{{"gb", ""}, {"gb/ENG", "7"}, {"é", ""}}));
    EXPECT_TRUE(decode_references(R"({"refs":[]})", 3)->empty());
}

TEST(ReferencesJson, RefusesWhatItDoesNotKnow) {
    for (const char* json :
         {"", "x", "[]", "{}", R"({"refs":{}})", R"({"refs":[1]})", R"({"refs":[{}]})",
          R"({"refs":[{"key":""}]})", R"({"refs":[{"key":1}]})",
          R"({"refs":[{"key":"a","version":7}]})", R"({"refs":[{"key":"a","version":""}]})",
          R"({"refs":[{"key":"a","verison":"7"}]})", R"({"refs":[{"key":"a","key":"b"}]})",
          R"({"refs":[],"refs":[]})", R"({"refs":[],"x":1})", R"({"refs":[{"key":"a\u0000"}]})",
          R"({"refs":[]} x)"}) {
        auto references = decode_references(json, 3);
        ASSERT_FALSE(references) << json;
        EXPECT_EQ(references.error().code, Errc::bad_input) << json;
    }
    EXPECT_EQ(decode_references(R"({"refs":[{"key":"a"},{"key":"b"}]})", 1).error().code,
              Errc::too_large);
    EXPECT_FALSE(decode_references(
        "{\"refs\":[{\"key\":\"" + std::string(kMaxKeyBytes + 1, 'a') + "\"}]}", 1));
    EXPECT_NE(decode_references(R"({"refs":[{"key":"a"},{"key":""}]})", 9)
                  .error()
                  .detail.find("reference 2"),
              std::string::npos);
}

TEST(KeyListsJson, ReadsIds) {
    EXPECT_EQ(*decode_ids(R"({"ids":["b","a","b"]})", 3),
              (std::vector<std::string>{"b", "a", "b"}));
    EXPECT_TRUE(decode_ids(R"({"ids":[]})", 3)->empty());
    EXPECT_EQ(decode_ids(R"({"ids":["a","b"]})", 1).error().code, Errc::too_large);
    for (const char* json : {"", "[]", "{}", R"({"ids":"a"})", R"({"ids":[1]})", R"({"ids":[""]})",
                             R"({"ids":[null]})", R"({"ids":["a"],"ids":[]})",
                             R"({"ids":[],"id":1})", "{\"ids\":[\"\xff\"]}"}) {
        EXPECT_EQ(decode_ids(json, 3).error().code, Errc::bad_input) << json;
    }
}

TEST(KeyListsJson, ReadsBothLists) {
    auto lists =
        decode_key_lists(R"({"objects":["a",{"key":"b","version":"2"}],"items":["i"]})", 3);
    ASSERT_TRUE(lists);
    EXPECT_EQ(lists->items, std::vector<std::string>{"i"});
    EXPECT_EQ(lists->objects, (std::vector<ReferenceText>{{"a", ""}, {"b", "2"}}));
    EXPECT_TRUE(decode_key_lists("{}", 3));
    EXPECT_EQ(decode_key_lists(R"({"objects":["a","b"],"items":["i","j"]})", 3).error().code,
              Errc::too_large);
    EXPECT_EQ(decode_key_lists(R"({"keys":[]})", 3).error().code, Errc::bad_input);
}

}  // namespace
}  // namespace aside::wire
