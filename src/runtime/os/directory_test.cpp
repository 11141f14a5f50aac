#include "runtime/os/directory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "runtime/os/beneath.h"
#include "runtime/os/files.h"

namespace aside::runtime {
namespace {

namespace fs = std::filesystem;

struct DirectoryTest : testing::Test {
    DirectoryTest() {
        std::string pattern = testing::TempDir() + "aside-directory-XXXXXX";
        root = ::mkdtemp(pattern.data());
        fs::create_directory(root / "data");
        std::ofstream(root / "secret") << "secret";
        directory = files.open_directory(root / "data", false).value();
    }
    ~DirectoryTest() override { fs::remove_all(root); }

    Errc read_error(std::string_view name) {
        const auto content = directory->read(name, 1000);
        return content ? Errc::internal : content.error().code;
    }
    Errc write_error(std::string_view name) {
        const auto wrote = directory->write(name, "overwritten");
        return wrote ? Errc::internal : wrote.error().code;
    }
    std::size_t entries(const fs::path& path) {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path), fs::directory_iterator()));
    }

    fs::path root;
    OsFiles files;
    std::unique_ptr<Directory> directory;
};

TEST_F(DirectoryTest, KeepsWhatIsWritten) {
    EXPECT_TRUE(directory->write("a/b/c", "one"));
    const auto first = directory->read("a/b/c", 3);
    ASSERT_TRUE(first) << to_string(first.error());
    EXPECT_EQ(first->bytes, "one");
    EXPECT_TRUE(directory->write("a/b/c", "two"));
    const auto second = directory->stat("a/b/c");
    EXPECT_NE(second->inode, first->info.inode);
    EXPECT_TRUE(directory->rename("a/b/c", "d/e"));
    EXPECT_EQ(directory->read("d/e", 100)->bytes, "two");
    auto names = directory->list("").value();
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"a/", "d/"}));
    EXPECT_EQ(directory->list("d").value(), std::vector<std::string>{"e"});
    EXPECT_TRUE(directory->remove("d/e"));
    EXPECT_EQ(directory->remove("d/e").error().code, Errc::not_found);
    EXPECT_EQ(entries(root / "data" / "d"), 0U);
}

TEST_F(DirectoryTest, NoNameLeadsOut) {
    fs::create_symlink(root / "secret", root / "data" / "link");
    fs::create_symlink("inside", root / "data" / "inner");
    fs::create_directory_symlink(root, root / "data" / "up");
    fs::create_directory_symlink("/proc/self/root", root / "data" / "magic");
    std::ofstream(root / "data" / "inside") << "inside";
    for (const char* name : {"../secret", "a/../../secret", "/etc/passwd", "link", "inner",
                             "up/secret", "up/data/inside", "magic/etc/passwd"}) {
        EXPECT_EQ(read_error(name), Errc::denied) << name;
        EXPECT_FALSE(directory->stat(name)) << name;
    }
    for (const char* name : {"../new", "up/secret", "up/new", "magic/tmp/x"}) {
        EXPECT_EQ(write_error(name), Errc::denied) << name;
        EXPECT_FALSE(directory->remove(name)) << name;
        EXPECT_FALSE(directory->rename("inside", name)) << name;
    }
    // A write takes a link's place and does not follow it.
    EXPECT_TRUE(directory->write("link", "mine"));
    EXPECT_EQ(files.read_file(root / "secret", 100).value(), "secret");
    EXPECT_EQ(directory->read("link", 100)->bytes, "mine");
    EXPECT_FALSE(fs::exists(root / "new"));
    EXPECT_EQ(read_error(std::string_view("in\0side", 7)), Errc::bad_input);
    EXPECT_EQ(read_error(""), Errc::bad_input);
}

TEST_F(DirectoryTest, TheWalkWithoutOpenat2RefusesLinksToo) {
    fs::create_directory_symlink(root, root / "data" / "up");
    fs::create_directory(root / "data" / "sub");
    const Descriptor data(::open((root / "data").c_str(), O_RDONLY | O_DIRECTORY));
    EXPECT_EQ(open_parent_beneath(data.get(), "up/secret", false).error().code, Errc::denied);
    EXPECT_EQ(open_parent_beneath(data.get(), "sub/../x", false).error().code, Errc::denied);
    EXPECT_EQ(open_parent_beneath(data.get(), "none/x", false).error().code, Errc::not_found);
    EXPECT_EQ(open_parent_beneath(data.get(), "sub/x", false)->name, "x");
}

TEST_F(DirectoryTest, OnlyRegularFilesAreReadAndNothingBlocks) {
    ASSERT_EQ(::mkfifo((root / "data" / "fifo").c_str(), 0600), 0);
    fs::create_directory(root / "data" / "sub");
    EXPECT_EQ(read_error("fifo"), Errc::denied);
    EXPECT_EQ(read_error("sub"), Errc::denied);
    EXPECT_EQ(read_error("none"), Errc::not_found);
    std::ofstream(root / "data" / "file") << "x";
    EXPECT_EQ(read_error("file/below"), Errc::not_found);
    EXPECT_EQ(write_error("file/below"), Errc::denied);
    EXPECT_EQ(write_error("sub"), Errc::denied);
    EXPECT_EQ(entries(root / "data"), 3U);  // no temporary file is left by what failed
}

TEST_F(DirectoryTest, SizeIsCheckedBeforeMemoryIsTaken) {
    EXPECT_TRUE(directory->write("file", "12345"));
    const auto large = directory->read("file", 4);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::too_large);
    EXPECT_EQ(large.error().amount, 5U);
    const auto refused = directory->read("file", 5, [](std::uint64_t size) { return size < 5; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bytes_in_flight);
    EXPECT_EQ(refused.error().amount, 5U);
    // Terabytes that are not there: refused by the size alone.
    fs::resize_file(root / "data" / "file", std::uint64_t{1} << 42);
    EXPECT_EQ(read_error("file"), Errc::too_large);
}

// `admit` is asked between the look at the size and the reading: the moment for somebody to change
// the file in place.
TEST_F(DirectoryTest, AFileThatChangesWhileItIsReadIsNeverHalfRead) {
    const auto resized_to = [&](std::uint64_t size) {
        return [&, size](std::uint64_t) {
            fs::resize_file(root / "data" / "file", size);
            return true;
        };
    };
    EXPECT_TRUE(directory->write("file", "12345"));
    const auto shrunk = directory->read("file", 1000, resized_to(3));
    ASSERT_TRUE(shrunk) << to_string(shrunk.error());
    EXPECT_EQ(shrunk->bytes, "123");
    EXPECT_EQ(shrunk->info.size_bytes, 3U);
    const auto grown = directory->read("file", 1000, resized_to(50));
    ASSERT_FALSE(grown);
    EXPECT_EQ(grown.error().code, Errc::busy);
}

TEST_F(DirectoryTest, AReplacedFileIsReadAsItWas) {
    EXPECT_TRUE(directory->write("file", "old"));
    const auto content = directory->read("file", 1000, [&](std::uint64_t) {
        return directory->write("file", "replaced").has_value();
    });
    ASSERT_TRUE(content) << to_string(content.error());
    EXPECT_EQ(content->bytes, "old");
    EXPECT_EQ(directory->read("file", 1000)->bytes, "replaced");
}

TEST_F(DirectoryTest, FilesBeingWrittenAreNobodysBusiness) {
    std::ofstream(root / "data" / ".aside-tmp-1-1") << "half";
    EXPECT_EQ(read_error(".aside-tmp-1-1"), Errc::denied);
    EXPECT_EQ(write_error("sub/.aside-tmp-1-1"), Errc::denied);
    EXPECT_TRUE(directory->list("")->empty());
}

TEST_F(DirectoryTest, FilesOutsideADirectory) {
    EXPECT_EQ(files.read_file(root / "secret", 6).value(), "secret");
    EXPECT_EQ(files.read_file(root / "secret", 5).error().code, Errc::too_large);
    EXPECT_EQ(files.read_file(root / "none", 5).error().code, Errc::not_found);
    EXPECT_EQ(files.read_file(root, 5).error().code, Errc::denied);
    EXPECT_TRUE(files.open_directory(root / "x" / "y" / "z", true));
    EXPECT_EQ(files.open_directory(root / "secret", true).error().code, Errc::denied);
    const auto source = files.open_source(root / "secret");
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->size_bytes(), 6U);
    char buffer[4];
    EXPECT_EQ((*source)->read(buffer).value(), 4U);
    EXPECT_EQ((*source)->read(buffer).value(), 2U);
    EXPECT_EQ((*source)->read(buffer).value(), 0U);
}

}  // namespace
}  // namespace aside::runtime
