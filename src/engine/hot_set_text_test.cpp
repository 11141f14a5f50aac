#include "engine/hot_set_text.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

std::vector<WarmKey> some_keys() {
    return {{ValueKind::index_entry, 900, "item-1"},
            {ValueKind::object, 15, "gb/ENG 100% \xC3\xA9\n"},
            {ValueKind::versioned_object, 1, std::string("gb/ENG\0v7", 9)}};
}

TEST(HotSetText, ReadsWhatItWrote) {
    const std::string text = encode_hot_set(some_keys());
    EXPECT_EQ(text,
              "aside-hot-set 1\ni 900 item-1\no 15 gb/ENG%20100%25%20%C3%A9%0A\nv 1 gb/ENG%00v7\n");
    EXPECT_EQ(decode_hot_set(text, 10), some_keys());
    EXPECT_EQ(decode_hot_set(text, 2).size(), 2U);
}

TEST(HotSetText, AFileCutAnywhereGivesTheWholeLinesBefore) {
    const std::string text = encode_hot_set(some_keys());
    std::size_t most = 0;
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto keys = decode_hot_set(text.substr(0, size), 10);
        ASSERT_LE(keys.size(), 2U);
        for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(keys[i], some_keys()[i]);
        EXPECT_GE(keys.size(), most);
        most = keys.size();
    }
    EXPECT_EQ(most, 2U);
}

TEST(HotSetText, PassesOverWhatIsNoKey) {
    const std::string head = "aside-hot-set 1\n";
    for (const char* line :
         {"", "o", "o 1", "o 1 ", "x 1 key", "o -1 key", "o 1x key", "o 99999999999 key", "o  key",
          "o 1 k%", "o 1 k%2", "o 1 k%zz", "1 o key", "oo 1 key"}) {
        EXPECT_TRUE(decode_hot_set(head + line + "\n", 10).empty()) << line;
        EXPECT_EQ(decode_hot_set(head + line + "\no 1 key\n", 10).size(), 1U) << line;
    }
    EXPECT_TRUE(decode_hot_set("aside-hot-set 2\no 1 key\n", 10).empty());
    EXPECT_TRUE(decode_hot_set("", 10).empty());
}

}  // namespace
}  // namespace aside::engine
