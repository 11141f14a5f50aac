#include "origin/directory/directory_store.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "origin/directory/directory_import.h"
#include "runtime/os/files.h"
#include "runtime/sim/files.h"
#include "runtime/sim/world.h"

namespace aside::origin {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class DirectoryStoreTest : public ::testing::Test {
  protected:
    DirectoryStoreTest() {
        files_.put("/data/country/GB", "{\"name\":1}");
        open(files_, "/data");
        world_.run_for(seconds(1));  // files are no longer young
    }
    void open(runtime::Files& files, const std::string& path) {
        auto opened = DirectoryStore::open(path, files);
        ASSERT_TRUE(opened) << to_string(opened.error());
        store_ = std::move(*opened);
    }
    Result<LoadedObject> load(std::string key, std::string version = "", LoadRequest request = {}) {
        return world_.run(store_->load(world_.worker(0), Reference{key, version}, request));
    }
    Result<LoadedIndex> load_item(std::string id) {
        return world_.run(store_->load(world_.worker(0), id, {}));
    }
    Result<void> put(std::string key, std::string body, std::string version = "") {
        return world_.run(store_->put(world_.worker(0), Reference{key, version}, body));
    }
    Result<void> remove(std::string key) {
        return world_.run(store_->remove(world_.worker(0), Reference{key, ""}));
    }
    std::string body_of(std::string key, std::string version = "") {
        const auto loaded = load(key, version);
        if (!loaded) return "(" + std::string(name_of(loaded.error().code)) + ")";
        return loaded->state == LoadState::absent ? "(absent)" : loaded->body;
    }

    runtime::SimWorld world_;
    runtime::SimFiles files_{world_};
    std::unique_ptr<DirectoryStore> store_;
};

TEST_F(DirectoryStoreTest, AFileIsAnObject) {
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    EXPECT_EQ(body_of("country"), "(absent)");
    EXPECT_EQ(body_of("country/FR"), "(absent)");
    EXPECT_EQ(body_of("country/GB/x"), "(absent)");
    EXPECT_EQ(body_of("country/GB", "1"), "(absent)");
    EXPECT_EQ(body_of("../data/country/GB"), "(bad_input)");
    EXPECT_EQ(body_of("/data/country/GB"), "(bad_input)");
}

TEST_F(DirectoryStoreTest, AKeyMayBeAFolderOfAnother) {
    ASSERT_TRUE(put("a", "1"));
    ASSERT_TRUE(put("a/b", "2"));
    ASSERT_TRUE(put("a/b/c", "3"));
    ASSERT_TRUE(put("country", "4"));
    ASSERT_TRUE(put("a", "5", "v"));
    EXPECT_EQ(body_of("a"), "1");
    EXPECT_EQ(body_of("a/b"), "2");
    EXPECT_EQ(body_of("a/b/c"), "3");
    EXPECT_EQ(body_of("country"), "4");
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    EXPECT_EQ(body_of("a", "v"), "5");
    ASSERT_TRUE(remove("a"));
    EXPECT_EQ(body_of("a"), "(absent)");
    EXPECT_EQ(body_of("a/b"), "2");
    ASSERT_TRUE(put("a/b", "6"));
    EXPECT_EQ(body_of("a/b"), "6");
    EXPECT_EQ(body_of("a/b/c"), "3");
    ASSERT_TRUE(remove("a/b"));
    ASSERT_TRUE(remove("a/b"));
    EXPECT_EQ(body_of("a/b"), "(absent)");
}

TEST_F(DirectoryStoreTest, HoldsItems) {
    const std::vector<Reference> references = {{"country/GB", ""}, {"x", "1"}};
    ASSERT_TRUE(world_.run(store_->put(world_.worker(0), std::string("../GB"), references)));
    EXPECT_EQ(load_item("../GB").value().references, references);
    EXPECT_EQ(load_item("GB").value().state, LoadState::absent);
    files_.put("/data/.aside/items/bad", "{\"refs\":");
    EXPECT_EQ(load_item("bad").error().code, Errc::corrupt);
    ASSERT_TRUE(world_.run(store_->remove(world_.worker(0), std::string("../GB"))));
    EXPECT_EQ(load_item("../GB").value().state, LoadState::absent);
}

TEST_F(DirectoryStoreTest, NotModifiedIsSaidOfTheSameFile) {
    const std::string validator = load("country/GB").value().validator;
    ASSERT_FALSE(validator.empty());
    const auto again = load("country/GB", "", {.validator = validator}).value();
    EXPECT_EQ(again.state, LoadState::not_modified);
    EXPECT_EQ(again.validator, validator);
    ASSERT_TRUE(put("country/GB", "{\"name\":2}"));
    const auto young = load("country/GB", "", {.validator = validator}).value();
    EXPECT_EQ(young.body, "{\"name\":2}");
    EXPECT_EQ(young.validator, "");
    world_.run_for(seconds(1));
    EXPECT_NE(load("country/GB").value().validator, "");
}

TEST_F(DirectoryStoreTest, AsksBeforeItTakesMemory) {
    EXPECT_EQ(load("country/GB", "", {.max_bytes = 9}).error().code, Errc::too_large);
    const auto refused = load("country/GB", "", {.admit = [](std::uint64_t) { return false; }});
    EXPECT_EQ(refused.error().code, Errc::bytes_in_flight);
    EXPECT_EQ(refused.error().amount, 10U);
}

TEST_F(DirectoryStoreTest, AStoreThatGoesBadGivesErrorsAndHeals) {
    files_.faults.denied = true;
    EXPECT_EQ(body_of("country/GB"), "(denied)");
    EXPECT_EQ(body_of("country/FR"), "(denied)");
    files_.faults = {};
    files_.faults.io_error = {1, 1};
    EXPECT_EQ(body_of("country/FR"), "(io)");
    files_.faults = {};
    files_.faults.read_only = true;
    EXPECT_EQ(put("country/GB", "1").error().code, Errc::read_only);
    files_.faults = {};
    files_.faults.capacity_bytes = 20;
    EXPECT_EQ(put("country/GB", std::string(100, ' ')).error().code, Errc::full);
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    files_.faults = {};
    EXPECT_EQ(body_of("country/FR"), "(absent)");
    EXPECT_EQ(DirectoryStore::open("/none", files_).error().code, Errc::not_found);
}

TEST_F(DirectoryStoreTest, AnImportIsSeenAsAWhole) {
    auto import = DirectoryImport::begin("/data", files_).value();
    ASSERT_TRUE(import->put_object({"country/GB", ""}, "new"));
    ASSERT_TRUE(import->put_object({"country", ""}, "folder"));
    ASSERT_TRUE(import->put_object({"a", "1"}, "version"));
    ASSERT_TRUE(import->put_item("GB", std::vector<Reference>{{"country/GB", ""}}));
    EXPECT_EQ(import->put_item("GB", {}).error().code, Errc::conflict);
    EXPECT_EQ(import->put_object({"a", "1"}, "x").error().code, Errc::conflict);
    EXPECT_EQ(import->put_object({"../a", ""}, "x").error().code, Errc::bad_input);
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    EXPECT_EQ(body_of("country"), "(absent)");
    ASSERT_TRUE(import->commit());
    EXPECT_EQ(body_of("country/GB"), "new");
    EXPECT_EQ(body_of("country"), "folder");
    EXPECT_EQ(body_of("a", "1"), "version");
    EXPECT_EQ(load_item("GB").value().references.size(), 1U);
    EXPECT_EQ(files_.read_file("/data/country/GB", 100).value(), "new");
    EXPECT_FALSE(files_.read_file("/data/.aside/committed", 100));
}

TEST_F(DirectoryStoreTest, AnImportGivenUpLeavesNothing) {
    const std::uint64_t before = files_.used_bytes();
    {
        auto import = DirectoryImport::begin("/data", files_).value();
        ASSERT_TRUE(import->put_object({"country/GB", ""}, "new"));
    }
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    EXPECT_EQ(files_.used_bytes(), before);
    // As a killed one leaves it.
    files_.put("/data/.aside/import/objects/country%2FGB", "half");
    files_.put("/data/.aside/import/objects/country%2FFR", "half");
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    auto import = DirectoryImport::begin("/data", files_).value();
    ASSERT_TRUE(import->commit());
    EXPECT_EQ(body_of("country/GB"), "{\"name\":1}");
    EXPECT_EQ(body_of("country/FR"), "(absent)");
}

TEST_F(DirectoryStoreTest, AnImportKilledAfterItsCommitIsSeenAndFinishedLater) {
    files_.put("/data/.aside/import/objects/country%2FGB", "new");
    files_.put("/data/.aside/import/objects/country%2FFR", "other");
    files_.put("/data/.aside/committed", "");
    EXPECT_EQ(body_of("country/GB"), "new");
    EXPECT_EQ(body_of("country/FR"), "other");
    ASSERT_TRUE(put("country/GB", "newest"));
    EXPECT_EQ(body_of("country/GB"), "newest");
    ASSERT_TRUE(remove("country/FR"));
    EXPECT_EQ(body_of("country/FR"), "(absent)");
    files_.put("/data/.aside/import/objects/country%2FDE", "third");
    ASSERT_TRUE(DirectoryImport::begin("/data", files_));
    EXPECT_EQ(files_.read_file("/data/country/DE", 100).value(), "third");
    EXPECT_EQ(body_of("country/GB"), "newest");
    EXPECT_EQ(body_of("country/FR"), "(absent)");
}

TEST_F(DirectoryStoreTest, OnARealDiskLinksAndFoldersLeadNowhere) {
    const fs::path folder =
        fs::path(::testing::TempDir()) / ("aside_directory_" + std::to_string(getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder / "store" / "sub");
    std::ofstream(folder / "secret") << "secret";
    std::ofstream(folder / "store" / "plain") << "1";
    fs::create_symlink("../secret", folder / "store" / "link");
    fs::create_symlink(folder, folder / "store" / "up");
    runtime::OsFiles disk;
    open(disk, folder / "store");
    EXPECT_EQ(body_of("plain"), "1");
    EXPECT_EQ(body_of("link"), "(denied)");
    EXPECT_EQ(body_of("up/secret"), "(denied)");
    EXPECT_EQ(body_of("sub"), "(absent)");
    EXPECT_EQ(body_of("plain/x"), "(absent)");
    ASSERT_TRUE(put("plain/x", "2"));
    ASSERT_TRUE(put("sub", "3"));
    EXPECT_EQ(body_of("plain/x"), "2");
    EXPECT_EQ(body_of("sub"), "3");
    EXPECT_EQ(body_of("plain"), "1");
    {
        auto import = DirectoryImport::begin(folder / "store", disk).value();
        ASSERT_TRUE(import->put_object({"plain", ""}, "4"));
        ASSERT_TRUE(import->put_object({"plain/x", ""}, "5"));
        ASSERT_TRUE(import->put_object({"sub/y", ""}, "6"));
        EXPECT_EQ(body_of("plain"), "1");
        ASSERT_TRUE(import->commit());
    }
    EXPECT_EQ(body_of("plain"), "4");
    EXPECT_EQ(body_of("plain/x"), "5");
    EXPECT_EQ(body_of("sub/y"), "6");
    fs::rename(folder / "store", folder / "gone");
    EXPECT_EQ(body_of("plain"), "(not_found)");
    fs::rename(folder / "gone", folder / "store");
    EXPECT_EQ(body_of("plain"), "4");
    fs::remove_all(folder);
}

}  // namespace
}  // namespace aside::origin
