#include "runtime/sim/files.h"

#include <gtest/gtest.h>

#include "runtime/sim/world.h"

namespace aside::runtime {
namespace {

struct SimFilesTest : testing::Test {
    SimWorld world;
    SimFiles files{world};
    std::unique_ptr<Directory> directory = files.open_directory("/data/", true).value();
};

TEST_F(SimFilesTest, KeepsWhatIsWritten) {
    EXPECT_TRUE(directory->write("a/b", "one"));
    const auto first = directory->read("a/b", 100);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->bytes, "one");
    EXPECT_TRUE(directory->write("a/b", "three"));
    const auto second = directory->stat("a/b");
    EXPECT_EQ(second->size_bytes, 5U);
    EXPECT_NE(second->inode, first->info.inode);
    EXPECT_TRUE(directory->write("top", ""));
    EXPECT_EQ(*directory->list(""), (std::vector<std::string>{"a/", "top"}));
    EXPECT_EQ(files.read_file("/data/a/b", 100).value(), "three");
    EXPECT_TRUE(directory->rename("a/b", "top"));
    EXPECT_EQ(directory->read("top", 100)->bytes, "three");
    EXPECT_TRUE(directory->remove("top"));
    EXPECT_EQ(directory->read("top", 100).error().code, Errc::not_found);
}

TEST_F(SimFilesTest, RefusesWhatARealDirectoryRefuses) {
    EXPECT_TRUE(directory->write("file", "12345"));
    EXPECT_EQ(directory->write("file/below", "x").error().code, Errc::denied);
    EXPECT_EQ(directory->read("../data/file", 100).error().code, Errc::denied);
    EXPECT_EQ(directory->read("/data/file", 100).error().code, Errc::denied);
    EXPECT_EQ(directory->read(std::string_view("fi\0le", 5), 100).error().code, Errc::bad_input);
    const auto large = directory->read("file", 4);
    EXPECT_EQ(large.error().code, Errc::too_large);
    EXPECT_EQ(large.error().amount, 5U);
    const auto refused = directory->read("file", 100, [](std::uint64_t) { return false; });
    EXPECT_EQ(refused.error().code, Errc::bytes_in_flight);
    EXPECT_EQ(files.open_directory("/none", false).error().code, Errc::not_found);
}

TEST_F(SimFilesTest, FailedWritesChangeNothing) {
    EXPECT_TRUE(directory->write("file", "old"));
    files.faults.capacity_bytes = 5;
    EXPECT_EQ(directory->write("file", "longer").error().code, Errc::full);
    EXPECT_TRUE(directory->write("file", "new"));
    files.faults.read_only = true;
    EXPECT_EQ(directory->write("file", "x").error().code, Errc::read_only);
    files.faults.io_error = {1, 1};
    EXPECT_EQ(directory->write("file", "x").error().code, Errc::io);
    files.faults = {};
    EXPECT_EQ(directory->read("file", 100)->bytes, "new");
}

}  // namespace
}  // namespace aside::runtime
