#include "runtime/os/orphans.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/os/child_process.h"

namespace aside::runtime {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);

bool exists(int pid) {
    return std::filesystem::exists("/proc/" + std::to_string(pid));
}

TEST(Orphans, EndWithThoseThatLeftThem) {
    ASSERT_TRUE(adopt_orphans());
    std::string file = testing::TempDir() + "aside-orphan-XXXXXX";
    ::close(::mkstemp(file.data()));
    // The second is deaf to every signal but SIGKILL.
    auto parent = ChildProcess::start(
        {.arguments = {"/bin/sh", "-c",
                       "sleep 1000 & echo $!; (trap '' TERM INT HUP; sleep 1000) & echo $!"},
         .environment = {},
         .directory = {},
         .output_file = file});
    ASSERT_TRUE(parent) << to_string(parent.error());
    EXPECT_EQ((*parent)->wait(kPatience).value().exit_code, 0);
    int first = 0, second = 0;
    std::ifstream(file) >> first >> second;
    std::filesystem::remove(file);
    EXPECT_TRUE(exists(first) && exists(second)) << first << " " << second;
    const auto ended = end_children(kPatience);
    EXPECT_TRUE(ended) << to_string(ended.error());
    EXPECT_FALSE(exists(first) || exists(second));
    EXPECT_TRUE(end_children(Duration::zero()));
    ::prctl(PR_SET_CHILD_SUBREAPER, 0UL, 0UL, 0UL, 0UL);
}

}  // namespace
}  // namespace aside::runtime
