#include "wire/json_check.h"

#include <cstring>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

using namespace std::string_literals;

TEST(JsonCheck, TakesEveryKindOfValue) {
    for (const auto& text : {"{}"s, "[]"s, "0"s, "-0"s, "-1.5e+3"s, "true"s, "false"s, "null"s,
                             "\"\""s, "\"\\u00e9\\n\""s, " \t\r\n{\"a\":[1,{\"b\":null}]} \n"s,
                             "\"é€😀\""s, "{\"a\":1,\"a\":2}"s, "18446744073709551615"s}) {
        EXPECT_TRUE(is_json(text)) << text;
    }
}

TEST(JsonCheck, NumbersOfAnySizeAreJson) {
    for (const auto& text :
         {"123456789012345678901234567890"s, "-123456789012345678901234567890"s, "1e400"s,
          "-1e400"s, "1e-400"s, "{\"id\":99999999999999999999,\"x\":[1e999]}"s,
          "0."s + std::string(5000, '1')}) {
        EXPECT_TRUE(is_json(text)) << text;
    }
    for (const auto& text : {"99999999999999999999x"s, "[99999999999999999999,]"s,
                             "99999999999999999999 1"s, "099999999999999999999"s, "1e"s, "1."s,
                             ".5"s, "+1"s, "-"s, "01"s, "0x10"s, "NaN"s, "Infinity"s}) {
        EXPECT_FALSE(is_json(text)) << text;
    }
}

TEST(JsonCheck, RefusesWhatIsNotOneValue) {
    for (const auto& text :
         {""s,         " "s,         "\n"s,       "{"s,       "}"s,          "[1,]"s,
          "{\"a\":}"s, "{\"a\" 1}"s, "{a:1}"s,    "'a'"s,     "{} {}"s,      "{}x"s,
          "1 2"s,      "\"a"s,       "tru"s,      "truex"s,   "//c\n1"s,     "[1]]"s,
          "\0"s,       "{}\0"s,      "\"a\nb\""s, "\"\\x\""s, "\"\\ud800\""s}) {
        EXPECT_FALSE(is_json(text)) << text;
    }
}

TEST(JsonCheck, RefusesByteOrderMarksAndBadUtf8) {
    EXPECT_FALSE(is_json("\xEF\xBB\xBF{}"));
    EXPECT_FALSE(is_json("\"\xFF\""));
    EXPECT_FALSE(is_json("\"\xC0\x80\""));
    EXPECT_FALSE(is_json("\"\xED\xA0\x80\""));
    EXPECT_FALSE(is_json("\"\xE2\x82\""));
    EXPECT_FALSE(is_json(std::string("{\0}", 3)));
}

TEST(JsonCheck, BoundsDepth) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(is_json(nested(500)));
    EXPECT_FALSE(is_json(nested(kMaxJsonDepth + 1)));
    EXPECT_FALSE(is_json(std::string(1 << 20, '[')));
    EXPECT_FALSE(is_json("[99999999999999999999," + nested(kMaxJsonDepth + 1) + "]"));
}

TEST(JsonCheck, ReadsNoByteOutside) {
    for (std::size_t size = 1; size < 200; ++size) {
        auto exact = std::make_unique<char[]>(size);  // ASan sees a byte read past it
        std::memset(exact.get(), ' ', size);
        exact[size - 1] = '1';
        EXPECT_TRUE(is_json({exact.get(), size}));
    }
}

TEST(JsonCheck, LargeTextsAndSmallOnesInTurns) {
    const std::string large = "\"" + std::string(3 << 20, 'x') + "\"";
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(is_json(large));
        EXPECT_FALSE(is_json(large + "]"));
        EXPECT_TRUE(is_json("[1]"));
    }
}

}  // namespace
}  // namespace aside::wire
