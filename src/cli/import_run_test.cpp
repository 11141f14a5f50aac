#include "cli/import_run.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "cli/import_progress.h"
#include "cli/line_reader.h"
#include "cli/open_store.h"
#include "cli/store_url.h"
#include "cli/synthetic.h"
#include "runtime/sim/files.h"
#include "runtime/sim/world.h"
#include "wire/json_check.h"

namespace aside::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kItems =
    "{\"id\":\"GB\",\"refs\":[{\"key\":\"c/GB\"},{\"key\":\"v\",\"version\":\"1\"}]}\n";
constexpr std::string_view kObjects =
    "{\"key\":\"c/GB\",\"body\":{ \"n\" : 1 }}\n{\"key\":\"v\",\"version\":\"1\",\"body\":2}\n";

class ImportRun : public ::testing::TestWithParam<std::string> {
  protected:
    ImportRun() {
        fs::create_directories(folder_);
        // The files of `dir:` are in memory, SQLite's are real.
        url_ = GetParam() == "sqlite" ? "sqlite:" + (folder_ / "aside.db").string() : "dir:/store";
        objects_url_ = url_;
        options_ = {.items_path = "/in/items.ndjson", .bodies_path = "/in/objects.ndjson"};
    }
    ~ImportRun() override { fs::remove_all(folder_); }

    Result<ImportSummary> import(std::string_view items, std::string_view objects) {
        files_.put("/in/items.ndjson", std::string(items));
        files_.put("/in/objects.ndjson", std::string(objects));
        return import();
    }
    Result<ImportSummary> import() {
        auto stores = open_imports(urls(), files_, nullptr, {});
        if (!stores) return fail(std::move(stores.error()));
        return run_import(options_, std::move(*stores), files_, watch_);
    }
    StoreUrls urls() const { return parse_store_urls(url_, objects_url_).value(); }
    std::string error_of(std::string_view items, std::string_view objects) {
        const auto imported = import(items, objects);
        return imported ? "" : to_string(imported.error());
    }
    std::string body_of(std::string key, std::string version = "") {
        auto stores = open_files(std::get<FileUrl>(urls().objects), {}, files_);
        if (!stores) return "(" + std::string(name_of(stores.error().code)) + ")";
        const auto loaded =
            world_.run(stores->objects->load(world_.worker(0), Reference{key, version}, {}));
        if (!loaded) return "(" + to_string(loaded.error()) + ")";
        return loaded->state == LoadState::absent ? "(absent)" : loaded->body;
    }
    std::vector<Reference> references_of(std::string id) {
        auto stores = open_files(std::get<FileUrl>(urls().index), {}, files_).value();
        return world_.run(stores.index->load(world_.worker(0), id, {})).value().references;
    }

    const fs::path folder_ =
        fs::path(::testing::TempDir()) / ("aside_import_" + std::to_string(getpid()));
    runtime::SimWorld world_;
    runtime::SimFiles files_{world_};
    ImportWatch watch_{[this] { return world_.now(); }, {}};
    std::string url_, objects_url_;
    ImportOptions options_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ImportRun, ::testing::Values("sqlite", "dir"),
                         [](const auto& info) { return info.param; });

TEST_P(ImportRun, WritesItemsAndObjects) {
    const auto summary = import(kItems, kObjects);
    ASSERT_TRUE(summary) << to_string(summary.error());
    EXPECT_EQ(summary->items, 1U);
    EXPECT_EQ(summary->objects, 2U);
    EXPECT_EQ(summary->dangling, 0U);
    EXPECT_EQ(summary->body_bytes, 12U);
    EXPECT_EQ(body_of("c/GB"), "{ \"n\" : 1 }");
    EXPECT_EQ(body_of("v", "1"), "2");
    EXPECT_EQ(references_of("GB"), (std::vector<Reference>{{"c/GB", ""}, {"v", "1"}}));
}

TEST_P(ImportRun, KeepsWhatItDoesNotNameAndReplacesWhatItDoes) {
    ASSERT_TRUE(import(kItems, kObjects));
    ASSERT_TRUE(import("", "{\"key\":\"c/GB\",\"body\":3}\n"));
    EXPECT_EQ(body_of("c/GB"), "3");
    EXPECT_EQ(body_of("v", "1"), "2");
    EXPECT_EQ(references_of("GB").size(), 2U);
}

TEST_P(ImportRun, ABadRecordOnTheLastLineLeavesTheStoreAsItWas) {
    ASSERT_TRUE(import(kItems, kObjects));
    std::string objects;
    for (int i = 0; i < 100; ++i) {
        objects += "{\"key\":\"k" + std::to_string(i) + "\",\"body\":9}\n";
    }
    objects += "{\"key\":\"c/GB\",\"body\":9}\n";
    EXPECT_EQ(error_of(kItems, objects + "{\"key\":\"x\"}\n"),
              "bad_input: /in/objects.ndjson:102: \"body\" is missing");
    EXPECT_EQ(error_of("{\"id\":\"GB\",\"refs\":[]}\n{\"id\":\"GB\",\"refs\":[]}", objects),
              "conflict: /in/items.ndjson:2: this id came before");
    EXPECT_EQ(body_of("c/GB"), "{ \"n\" : 1 }");
    EXPECT_EQ(body_of("k0"), "(absent)");
    EXPECT_EQ(references_of("GB").size(), 2U);
}

TEST_P(ImportRun, SaysFileAndLineOfWhatIsWrong) {
    EXPECT_EQ(error_of("{\"id\":\"a\",\"refs\":[", kObjects),
              "bad_input: /in/items.ndjson:1: not JSON: the line is cut off");
    EXPECT_EQ(error_of(kItems, "\n\r\n{\"key\":\"a\",\"body\":\"\xff\"}\n"),
              "bad_input: /in/objects.ndjson:3: not JSON");
    EXPECT_EQ(error_of(kItems, std::string(kObjects) + std::string(kObjects)),
              "conflict: /in/objects.ndjson:3: this key came before");
    options_.max_body_bytes = 100;
    EXPECT_EQ(error_of(kItems, "{\"key\":\"a\",\"body\":\"" + std::string(200, 'x') + "\"}"),
              "too_large: /in/objects.ndjson:1: \"body\" has 202 bytes, more than 100");
    EXPECT_EQ(error_of(kItems, "{}\n" + std::string(1'000'000, ' ')),
              "bad_input: /in/objects.ndjson:1: \"key\" is missing");
    EXPECT_EQ(error_of(kItems, "\n" + std::string(1'000'000, '[')),
              "too_large: /in/objects.ndjson:2: a line of more than 131172 bytes");
    options_.max_references = 1;
    EXPECT_EQ(error_of(kItems, "{\"key\":\"a\",\"body\":1}"),
              "too_large: /in/items.ndjson:1: more than 1 references");
    EXPECT_EQ(error_of("", "\n"),
              "bad_input: /in/items.ndjson and /in/objects.ndjson hold no records");
    options_.items_path = "/in/none";
    EXPECT_FALSE(import("", kObjects));
    EXPECT_NE(body_of("c/GB"), "{ \"n\" : 1 }");
}

TEST_P(ImportRun, TakesCarriageReturnsBlankLinesAndALastLineWithoutItsEnd) {
    const auto summary = import("\r\n{\"id\":\"a\",\"refs\":[]}\r\n\n",
                                "\n{\"key\":\"k\",\"body\":1}\r\n{\"key\":\"l\",\"body\":2}");
    ASSERT_TRUE(summary) << to_string(summary.error());
    EXPECT_EQ(summary->objects, 2U);
    EXPECT_EQ(body_of("k"), "1");
}

TEST_P(ImportRun, CountsReferencesToNothing) {
    const auto summary =
        import("{\"id\":\"a\",\"refs\":[{\"key\":\"v\"},{\"key\":\"c/GB\"}]}", kObjects);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->dangling, 1U);
    EXPECT_NE(describe(*summary).find("warning: 1 references"), std::string::npos);
}

TEST_P(ImportRun, MakesUpItems) {
    options_.synthetic_items = 300;
    options_.synthetic_size_bytes = 100;
    for (const bool versioned : {false, true}) {
        options_.synthetic_versioned = versioned;
        const auto summary = import();
        ASSERT_TRUE(summary) << to_string(summary.error());
        EXPECT_EQ(summary->items, 300U);
        EXPECT_EQ(summary->dangling, 0U);
        const auto references = references_of("item-299");
        ASSERT_EQ(references.size(), 5U);
        EXPECT_EQ(references[0].key, "obj-299");
        EXPECT_EQ(references[1].key, "obj-0");
        EXPECT_EQ(references[1].version.empty(), !versioned);
        EXPECT_EQ(body_of(references[1].key, references[1].version).size(), 100U);
    }
    options_.synthetic_references = 301;
    EXPECT_EQ(import().error().code, Errc::bad_input);
    options_.synthetic_references = 5;
    options_.synthetic_size_bytes = 0;
    EXPECT_EQ(import().error().code, Errc::bad_input);
}

TEST_P(ImportRun, AStoreOfItsOwnForEach) {
    objects_url_ = GetParam() == "sqlite" ? "dir:/objects" : "dir:/other";
    ASSERT_TRUE(import(kItems, kObjects));
    EXPECT_EQ(body_of("v", "1"), "2");
    EXPECT_EQ(references_of("GB").size(), 2U);
    EXPECT_FALSE(error_of(kItems, std::string(kObjects) + "{").empty());
    EXPECT_EQ(body_of("v", "1"), "2");
}

TEST(SyntheticBody, IsJsonOfTheSizeAskedFor) {
    for (const std::uint64_t size : {1, 2, 3, 10, 26, 27, 28, 29, 30, 1024, 70'000}) {
        const std::string body = synthetic_body(123456, size);
        EXPECT_EQ(body.size(), size);
        EXPECT_TRUE(wire::is_json(body)) << body.substr(0, 100);
    }
    EXPECT_EQ(synthetic_body(7, 1024), synthetic_body(7, 1024));
    EXPECT_NE(synthetic_body(7, 1024).substr(20), synthetic_body(8, 1024).substr(20));
}

TEST(ImportProgress, SaysHowFarAndHowFast) {
    SteadyTime now{};
    std::vector<std::string> drawn;
    const ImportWatch watch{[&] { return now; },
                            [&](std::string_view line) { drawn.emplace_back(line); }};
    {
        ImportProgress progress(watch, "objects.ndjson");
        for (int i = 1; i <= 1000; ++i) {
            now += std::chrono::milliseconds(2);
            progress.record(static_cast<std::uint64_t>(i), 2000);
        }
    }
    ASSERT_GE(drawn.size(), 19U);
    EXPECT_LE(drawn.size(), 22U);
    EXPECT_EQ(drawn[drawn.size() - 2],
              "objects.ndjson [###########             ] 47 %  951 records  500/s  2 s left");
    EXPECT_EQ(drawn.back(), "");
    const ImportWatch nobody{[&] { return now; }, {}};
    ImportProgress(nobody, "x").record(1, 2);
}

TEST(ImportProgress, WritesNumbersForPeople) {
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(readable_bytes(999), "999 B");
    EXPECT_EQ(readable_bytes(1234567), "1.2 MB");
}

}  // namespace
}  // namespace aside::cli
