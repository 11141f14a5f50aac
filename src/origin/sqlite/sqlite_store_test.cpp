#include "origin/sqlite/sqlite_store.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "origin/sqlite/sqlite_import.h"
#include "runtime/sim/world.h"

namespace aside::origin {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SqliteStoreTest : public ::testing::Test {
  protected:
    SqliteStoreTest() {
        fs::create_directories(folder_);
        path_ = folder_ / "aside.db";
    }
    ~SqliteStoreTest() override { fs::remove_all(folder_); }

    // A store holding object a = 1, versioned b@1 = 2, and item i naming both.
    void fill() {
        auto import = SqliteImport::begin(path_).value();
        ASSERT_TRUE(import->put_object({"a", ""}, "1"));
        ASSERT_TRUE(import->put_object({"b", "1"}, "2"));
        const std::vector<Reference> references = {{"a", ""}, {"b", "1"}};
        ASSERT_TRUE(import->put_item("i", references));
        ASSERT_TRUE(import->commit());
    }
    void open() {
        store_.reset();
        auto opened = SqliteStore::open(path_, {.busy_wait = milliseconds(20)});
        ASSERT_TRUE(opened) << to_string(opened.error());
        store_ = std::move(*opened);
    }
    void fill_and_open() {
        fill();
        open();
    }
    void overwrite(const std::string& bytes) {
        std::ofstream(path_, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc)
            << bytes;
    }
    Result<LoadedObject> load(std::string key, std::string version = "", LoadRequest request = {}) {
        return world_.run(store_->load(world_.worker(0), Reference{key, version}, request));
    }
    Result<LoadedIndex> load_item(std::string id, LoadRequest request = {}) {
        return world_.run(store_->load(world_.worker(0), id, request));
    }
    Result<void> put(std::string key, std::string body) {
        return world_.run(store_->put(world_.worker(0), Reference{key, ""}, body));
    }

    const fs::path folder_ =
        fs::path(::testing::TempDir()) /
        (std::string("aside_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
         "_" + std::to_string(getpid()));
    std::string path_;
    runtime::SimWorld world_;
    std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteStoreTest, AnswersWhatWasImported) {
    fill_and_open();
    EXPECT_EQ(load("a").value().body, "1");
    EXPECT_EQ(load("b", "1").value().body, "2");
    EXPECT_EQ(load("b").value().state, LoadState::absent);
    EXPECT_EQ(load("a", "1").value().state, LoadState::absent);
    EXPECT_EQ(load("c").value().state, LoadState::absent);
    const auto item = load_item("i").value();
    EXPECT_EQ(item.state, LoadState::found);
    EXPECT_EQ(item.references, (std::vector<Reference>{{"a", ""}, {"b", "1"}}));
    EXPECT_EQ(load_item("a").value().state, LoadState::absent);
}

TEST_F(SqliteStoreTest, WritesAndRemoves) {
    fill_and_open();
    ASSERT_TRUE(put("a", "{\"x\":1}"));
    EXPECT_EQ(load("a").value().body, "{\"x\":1}");
    ASSERT_TRUE(put("empty", ""));
    EXPECT_EQ(load("empty").value().state, LoadState::found);
    auto& worker = world_.worker(0);
    ASSERT_TRUE(world_.run(store_->remove(worker, Reference{"a", ""})));
    ASSERT_TRUE(world_.run(store_->remove(worker, Reference{"a", ""})));
    EXPECT_EQ(load("a").value().state, LoadState::absent);
    ASSERT_TRUE(world_.run(store_->put(worker, std::string("j"), std::vector<Reference>{})));
    EXPECT_TRUE(load_item("j").value().references.empty());
    ASSERT_TRUE(world_.run(store_->remove(worker, std::string("j"))));
    EXPECT_EQ(load_item("j").value().state, LoadState::absent);
}

TEST_F(SqliteStoreTest, NotModifiedMeansTheSameBytes) {
    fill_and_open();
    const std::string validator = load("a").value().validator;
    EXPECT_FALSE(validator.empty());
    const auto again = load("a", "", {.validator = validator}).value();
    EXPECT_EQ(again.state, LoadState::not_modified);
    EXPECT_TRUE(again.body.empty());
    EXPECT_EQ(again.validator, validator);
    ASSERT_TRUE(put("a", "3"));
    EXPECT_EQ(load("a", "", {.validator = validator}).value().body, "3");
    ASSERT_TRUE(put("a", "1"));
    EXPECT_EQ(load("a", "", {.validator = validator}).value().state, LoadState::not_modified);
    const std::string of_item = load_item("i").value().validator;
    EXPECT_EQ(load_item("i", {.validator = of_item}).value().state, LoadState::not_modified);
}

TEST_F(SqliteStoreTest, RowsWrittenByHandAreSeenAsChanged) {
    fill_and_open();
    const std::string validator = load("a").value().validator;
    auto hand = Connection::open(path_, Access::write).value();
    ASSERT_TRUE(hand->execute("UPDATE objects SET body = CAST('7' AS BLOB) WHERE key = 'a'"));
    EXPECT_EQ(load("a", "", {.validator = validator}).value().body, "7");
    EXPECT_FALSE(hand->execute("UPDATE objects SET body = 'text' WHERE key = 'a'"));
    ASSERT_TRUE(hand->execute("UPDATE items SET refs = '{\"refs\":[' WHERE id = 'i'"));
    EXPECT_EQ(load_item("i").error().code, Errc::corrupt);
    EXPECT_EQ(load("a").value().body, "7");
}

TEST_F(SqliteStoreTest, AsksBeforeItTakesMemory) {
    fill_and_open();
    ASSERT_TRUE(put("large", std::string(100'000, ' ') + "1"));
    const auto large = load("large", "", {.max_bytes = 100'000});
    EXPECT_EQ(large.error().code, Errc::too_large);
    EXPECT_EQ(large.error().amount, 100'001U);
    std::uint64_t asked = 0;
    const auto refused = load("large", "", {.admit = [&](std::uint64_t size) {
                                  asked = size;
                                  return false;
                              }});
    EXPECT_EQ(refused.error().code, Errc::bytes_in_flight);
    EXPECT_EQ(refused.error().amount, 100'001U);
    EXPECT_EQ(asked, 100'001U);
    EXPECT_EQ(load("large", "", {.max_bytes = 100'001}).value().body.size(), 100'001U);
}

TEST_F(SqliteStoreTest, KeysItCannotHoldAreBadInput) {
    fill_and_open();
    EXPECT_EQ(load("").error().code, Errc::bad_input);
    EXPECT_EQ(load(std::string("a\0", 2)).error().code, Errc::bad_input);
    EXPECT_EQ(load("\xff").error().code, Errc::bad_input);
    EXPECT_EQ(load_item("").error().code, Errc::bad_input);
    EXPECT_EQ(put("\xff", "1").error().code, Errc::bad_input);
    EXPECT_EQ(load("' OR 1=1 --").value().state, LoadState::absent);
    EXPECT_EQ(load("../../etc/passwd").value().state, LoadState::absent);
}

TEST_F(SqliteStoreTest, OpensOnlyStores) {
    EXPECT_EQ(SqliteStore::open(path_).error().code, Errc::not_found);
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_EQ(SqliteStore::open("").error().code, Errc::bad_input);
    EXPECT_FALSE(SqliteStore::open(folder_));
    overwrite("");
    EXPECT_EQ(SqliteStore::open(path_).error().code, Errc::corrupt);
    overwrite(std::string(10'000, 'x'));
    EXPECT_EQ(SqliteStore::open(path_).error().code, Errc::corrupt);
    EXPECT_EQ(SqliteImport::begin(path_).error().code, Errc::corrupt);
    fs::remove(path_);
    auto other = Connection::open(path_, Access::create).value();
    ASSERT_TRUE(other->execute("CREATE TABLE objects(key, version, body)"));
    EXPECT_EQ(SqliteStore::open(path_).error().code, Errc::corrupt);
    EXPECT_EQ(SqliteImport::begin(path_).error().code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, SaysWhichSchemaItReads) {
    fill();
    auto hand = Connection::open(path_, Access::write).value();
    ASSERT_TRUE(hand->execute("PRAGMA user_version=2"));
    const auto error = SqliteStore::open(path_).error();
    EXPECT_EQ(error.code, Errc::unsupported);
    EXPECT_NE(error.detail.find("version 2"), std::string::npos) << error.detail;
}

TEST_F(SqliteStoreTest, AFileOverwrittenWithGarbageIsAnErrorUntilItIsGoodAgain) {
    fill_and_open();
    ASSERT_TRUE(load("a"));
    for (const std::string& garbage :
         {std::string(40'000, 'x'), std::string(40'000, '\0'), std::string()}) {
        overwrite(garbage);
        for (int i = 0; i < 3; ++i) {
            const auto missing = load("never-there");
            ASSERT_FALSE(missing) << "a broken store must not say absent";
            const auto there = load("a");  // from SQLite's cache at most
            if (there) {
                EXPECT_EQ(there->body, "1");
            }
            EXPECT_FALSE(load_item("never-there"));
        }
    }
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    EXPECT_EQ(load("a").error().code, Errc::not_found);
    EXPECT_EQ(put("a", "2").error().code, Errc::not_found);
    EXPECT_FALSE(fs::exists(path_));
    fill();
    EXPECT_EQ(load("a").value().body, "1");
    EXPECT_EQ(load("never-there").value().state, LoadState::absent);
    EXPECT_TRUE(put("a", "2"));
    EXPECT_EQ(load("a").value().body, "2");
}

TEST_F(SqliteStoreTest, AStoreLockedByAnotherProcessIsBusyAndHeals) {
    fill_and_open();
    ASSERT_TRUE(load("a"));
    {
        auto import = SqliteImport::begin(path_).value();
        EXPECT_EQ(load("a").value().body, "1");
        EXPECT_EQ(put("a", "2").error().code, Errc::busy);
        EXPECT_EQ(SqliteImport::begin(path_, milliseconds(20)).error().code, Errc::busy);
    }
    EXPECT_TRUE(put("a", "2"));
    store_.reset();
    auto hand = Connection::open(path_, Access::write).value();
    ASSERT_TRUE(
        hand->execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE;"
                      "BEGIN EXCLUSIVE"));
    EXPECT_EQ(SqliteStore::open(path_).error().code, Errc::busy);
    hand.reset();
    open();
    EXPECT_EQ(load("a").value().body, "2");
}

TEST_F(SqliteStoreTest, NoTimeLeftIsADeadline) {
    fill_and_open();
    EXPECT_EQ(load("a", "", {.deadline = world_.now()}).error().code, Errc::deadline);
    EXPECT_TRUE(load("a", "", {.deadline = world_.now() + seconds(1)}));
}

TEST_F(SqliteStoreTest, APoolThatIsFullSheds) {
    fill_and_open();
    world_.blocking().model.refuse_all = true;
    EXPECT_EQ(load("a").error().code, Errc::overloaded);
    EXPECT_EQ(put("a", "2").error().code, Errc::overloaded);
    world_.blocking().model.refuse_all = false;
    EXPECT_TRUE(put("a", "2"));
}

TEST_F(SqliteStoreTest, WritesTakeTurns) {
    fill_and_open();
    constexpr int kWrites = 50;
    int done = 0;
    const auto write = [&](int i) -> runtime::Task<> {
        const auto written = co_await store_->put(
            world_.worker(0), Reference{"k" + std::to_string(i), ""}, std::to_string(i));
        EXPECT_TRUE(written);
        ++done;
    };
    for (int i = 0; i < kWrites; ++i) world_.spawn(0, write(i));
    EXPECT_TRUE(world_.run_until([&] { return done == kWrites; }));
    EXPECT_EQ(load("k49").value().body, "49");
}

TEST_F(SqliteStoreTest, AQueueOfWritesIsBounded) {
    fill();
    store_ = SqliteStore::open(path_, {.max_waiting_writes = 2}).value();
    int done = 0;
    int refused = 0;
    const auto write = [&](int i) -> runtime::Task<> {
        const auto written =
            co_await store_->put(world_.worker(0), Reference{"k" + std::to_string(i), ""}, "1");
        if (!written) refused += written.error().code == Errc::overloaded ? 1 : 100;
        ++done;
    };
    for (int i = 0; i < 5; ++i) world_.spawn(0, write(i));
    EXPECT_TRUE(world_.run_until([&] { return done == 5; }));
    EXPECT_EQ(refused, 2);
}

}  // namespace
}  // namespace aside::origin
