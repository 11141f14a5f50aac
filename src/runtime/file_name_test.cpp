#include "runtime/file_name.h"

#include <gtest/gtest.h>

namespace aside::runtime {
namespace {

TEST(FileName, OrdinaryNamesPass) {
    for (const char* name :
         {"a", "a/b/c", "...", ".hidden", "a..b", "caf\xc3\xa9", "a b", "a\\b"}) {
        EXPECT_TRUE(check_file_name(name)) << name;
    }
    EXPECT_TRUE(check_file_name(std::string(255, 'x')));
}

TEST(FileName, WhatLeavesTheDirectoryIsDenied) {
    for (const char* name : {"..", "../a", "a/..", "a/../b", "/", "/etc/passwd"}) {
        const auto checked = check_file_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::denied) << name;
    }
}

TEST(FileName, WhatIsNoNameIsBadInput) {
    const std::string_view nul("a\0b", 3);
    const std::string long_part(256, 'x');
    std::string long_name = "x";
    for (int i = 0; i < 2048; ++i) long_name += "/x";
    for (const std::string_view name :
         {std::string_view(""), std::string_view("a//b"), std::string_view("a/"),
          std::string_view("./a"), nul, std::string_view(long_part), std::string_view(long_name)}) {
        const auto checked = check_file_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::bad_input) << name;
    }
}

}  // namespace
}  // namespace aside::runtime
