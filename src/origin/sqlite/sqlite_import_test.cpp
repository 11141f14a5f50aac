#include "origin/sqlite/sqlite_import.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "origin/sqlite/rows.h"

namespace aside::origin {
namespace {

namespace fs = std::filesystem;

class SqliteImportTest : public ::testing::Test {
  protected:
    SqliteImportTest() {
        fs::create_directories(folder_);
        path_ = folder_ / "aside.db";
    }
    ~SqliteImportTest() override { fs::remove_all(folder_); }

    std::string body_of(std::string key) {
        auto reader = Connection::open(path_, Access::read);
        if (!reader) return "(" + to_string(reader.error()) + ")";
        const auto loaded = read_object(**reader, {key, ""}, {});
        if (!loaded) return "(" + to_string(loaded.error()) + ")";
        return loaded->state == LoadState::absent ? "(absent)" : loaded->body;
    }

    const fs::path folder_ =
        fs::path(::testing::TempDir()) /
        (std::string("aside_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
         "_" + std::to_string(getpid()));
    std::string path_;
};

TEST_F(SqliteImportTest, AnExistingStoreChangesAtOnceAndKeepsTheRest) {
    auto first = SqliteImport::begin(path_).value();
    ASSERT_TRUE(first->put_object({"a", ""}, "1"));
    ASSERT_TRUE(first->put_object({"b", ""}, "1"));
    ASSERT_TRUE(first->commit());
    first.reset();

    auto reader = Connection::open(path_, Access::read).value();
    auto second = SqliteImport::begin(path_).value();
    const std::string filler(10'000, ' ');
    for (int i = 0; i < 3000; ++i) {
        ASSERT_TRUE(second->put_object({"filler-" + std::to_string(i), ""}, filler + "0"));
    }
    ASSERT_TRUE(second->put_object({"a", ""}, "2"));
    EXPECT_EQ(read_object(*reader, {"a", ""}, {}).value().body, "1");
    EXPECT_EQ(read_object(*reader, {"filler-0", ""}, {}).value().state, LoadState::absent);
    ASSERT_TRUE(second->commit());
    EXPECT_EQ(read_object(*reader, {"a", ""}, {}).value().body, "2");
    EXPECT_EQ(read_object(*reader, {"b", ""}, {}).value().body, "1");
    EXPECT_EQ(read_object(*reader, {"filler-2999", ""}, {}).value().body.size(), 10'001U);
}

TEST_F(SqliteImportTest, GivenUpItLeavesNothing) {
    {
        auto import = SqliteImport::begin(path_).value();
        ASSERT_TRUE(import->put_object({"a", ""}, "1"));
    }
    EXPECT_TRUE(body_of("a").starts_with("(corrupt: ")) << body_of("a");
    auto import = SqliteImport::begin(path_).value();
    ASSERT_TRUE(import->put_object({"a", ""}, "1"));
    ASSERT_TRUE(import->commit());
    EXPECT_EQ(body_of("a"), "1");
    {
        auto second = SqliteImport::begin(path_).value();
        ASSERT_TRUE(second->put_object({"a", ""}, "2"));
    }
    EXPECT_EQ(body_of("a"), "1");
}

TEST_F(SqliteImportTest, AKeyThatComesTwiceIsAConflict) {
    auto import = SqliteImport::begin(path_).value();
    ASSERT_TRUE(import->put_object({"a", ""}, "1"));
    ASSERT_TRUE(import->put_object({"a", "1"}, "1"));
    EXPECT_EQ(import->put_object({"a", ""}, "1").error().code, Errc::conflict);
    ASSERT_TRUE(import->put_item("a", {}));
    EXPECT_EQ(import->put_item("a", {}).error().code, Errc::conflict);
    ASSERT_TRUE(import->commit());
    EXPECT_FALSE(import->commit());
    import = SqliteImport::begin(path_).value();
    EXPECT_TRUE(import->put_object({"a", ""}, "1"));
    EXPECT_TRUE(import->put_item("a", {}));
}

TEST_F(SqliteImportTest, AFullDiskIsFullAndLeavesTheOldRows) {
    auto import = SqliteImport::begin(path_).value();
    ASSERT_TRUE(import->put_object({"a", ""}, "1"));
    ASSERT_TRUE(import->commit());
    import.reset();
    auto writer = Connection::open(path_, Access::write).value();
    ASSERT_TRUE(writer->read_integer("PRAGMA max_page_count=20"));
    EXPECT_EQ(write_object(*writer, {"a", ""}, std::string(400'000, ' '), 0).error().code,
              Errc::full);
    EXPECT_EQ(body_of("a"), "1");
    ASSERT_TRUE(write_object(*writer, {"a", ""}, "2", 0));
    EXPECT_EQ(body_of("a"), "2");
}

TEST_F(SqliteImportTest, AReadOnlyConnectionRefusesWrites) {
    auto import = SqliteImport::begin(path_).value();
    ASSERT_TRUE(import->commit());
    auto reader = Connection::open(path_, Access::read).value();
    EXPECT_EQ(write_object(*reader, {"a", ""}, "1", 0).error().code, Errc::read_only);
}

TEST_F(SqliteImportTest, AFolderThatIsNotThereIsNotFound) {
    EXPECT_EQ(SqliteImport::begin(folder_ / "no" / "aside.db").error().code, Errc::not_found);
}

}  // namespace
}  // namespace aside::origin
