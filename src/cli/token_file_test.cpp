#include "cli/token_file.h"

#include <gtest/gtest.h>

#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::cli {
namespace {

TEST(TokenFile, HoldsOneLineAndNothingElse) {
    runtime::SimWorld world;
    runtime::SimFiles files(world);
    EXPECT_EQ(read_token(files, "").value_or("x"), "");
    for (const char* good : {"abc", "abc\n", "abc\r\n"}) {
        files.put("/token", good);
        EXPECT_EQ(read_token(files, "/token").value_or(""), "abc");
    }
    for (const char* bad : {"", "\n", "a b", "a\nb", "a\tb", "\xc3\xa4"}) {
        files.put("/token", bad);
        EXPECT_FALSE(read_token(files, "/token")) << bad;
    }
    EXPECT_FALSE(read_token(files, "/none"));
    files.put("/token", std::string(5000, 'a'));
    EXPECT_FALSE(read_token(files, "/token"));
}

}  // namespace
}  // namespace aside::cli
