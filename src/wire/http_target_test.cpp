#include "wire/http_target.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

std::string decoded(std::string_view text) {
    std::string scratch;
    auto result = percent_decode(text, scratch);
    return result ? std::string(*result) : "ERROR";
}

TEST(Target, DecodesOnce) {
    EXPECT_EQ(decoded("plain-._~!$&'()*+,;=:@"), "plain-._~!$&'()*+,;=:@");
    EXPECT_EQ(decoded("a%2Fb%2fc"), "a/b/c");
    EXPECT_EQ(decoded("%2541"), "%41");
    EXPECT_EQ(decoded("a+b"), "a+b");
    EXPECT_EQ(decoded("../%2e%2E/./x//"), "../.././x//");
    EXPECT_EQ(decoded("caf%C3%A9"), "café");
    EXPECT_EQ(decoded("café"), "café");
    EXPECT_EQ(decoded("%01%7f%0a"), "\x01\x7f\n");
    EXPECT_EQ(decoded(""), "");
}

TEST(Target, RefusesWhatIsNotText) {
    for (const char* text : {"%", "%4", "a%4", "%zz", "%4g", "%%41", "%00", "a%00b", "%FF", "%C3",
                             "%C0%80", "%ED%A0%80", "%F5%80%80%80", "\xFF", "%u0041"}) {
        EXPECT_EQ(decoded(text), "ERROR") << text;
    }
}

TEST(Target, PlainTextIsNotCopied) {
    std::string scratch;
    const std::string_view text = "item-1";
    EXPECT_EQ(percent_decode(text, scratch)->data(), text.data());
    EXPECT_TRUE(scratch.empty());
}

TEST(Target, Splits) {
    EXPECT_EQ(split_target("/a?b?c").path, "/a");
    EXPECT_EQ(split_target("/a?b?c").query, "b?c");
    EXPECT_EQ(split_target("/a").query, "");
}

TEST(Target, FindsParameters) {
    std::string scratch;
    const auto version = [&](std::string_view query) -> std::string {
        auto found = query_parameter(query, "version", scratch);
        if (!found) return "ERROR";
        return *found ? std::string(**found) : "NONE";
    };
    EXPECT_EQ(version(""), "NONE");
    EXPECT_EQ(version("versions=1&Version=2&_=3"), "NONE");
    EXPECT_EQ(version("version=1"), "1");
    EXPECT_EQ(version("a&b=c&version=1%2B+&x"), "1++");
    EXPECT_EQ(version("version="), "");
    EXPECT_EQ(version("version"), "");
    EXPECT_EQ(version("version=a=b"), "a=b");
    EXPECT_EQ(version("&&version=1&&"), "1");
    EXPECT_EQ(version("version=1&version=1"), "ERROR");
    EXPECT_EQ(version("version=%00"), "ERROR");
}

}  // namespace
}  // namespace aside::wire
