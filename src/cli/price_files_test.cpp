#include "cli/price_files.h"

#include <gtest/gtest.h>

#include "runtime/os/files.h"

namespace aside::cli {
namespace {

Result<sizing::PriceList> read(std::string text) {
    return read_prices({"own.toml", std::move(text)});
}
std::string error_of(std::string text) {
    const auto list = read(std::move(text));
    return list ? "" : list.error().detail;
}

const std::string kPrice =
    "[[price]]\nname = \"nat.hour\"\nusd = 0.01\nper = \"hour\"\nstanding = \"bill\"\n"
    "source = \"our contract\"\ndate = 2026-10-01\n";

TEST(PriceFiles, ThoseOfTheProgramAreWellAndKnowWhatABillNeeds) {
    runtime::OsFiles files;
    const auto all = load_prices(files, {});
    ASSERT_TRUE(all) << all.error().detail;
    EXPECT_GE(all->nodes().size(), 5U);
    for (const auto& node : all->nodes()) {
        for (const char* engine : {"redis", "valkey"}) {
            const auto price =
                all->find("eu-central-1", sizing::node_price_name(engine, node.name));
            ASSERT_TRUE(price) << price.error().detail;
            EXPECT_GT(price->usd, 0);
            EXPECT_FALSE(price->source.empty());
            EXPECT_EQ(price->date.size(), 10U);
        }
    }
}

TEST(PriceFiles, APriceOfOnesOwnReplacesThat) {
    const auto own = read("region = \"eu-central-1\"\n" + kPrice);
    ASSERT_TRUE(own) << own.error().detail;
    runtime::OsFiles files;
    auto all = *load_prices(files, {});
    EXPECT_EQ(all.find("eu-central-1", "nat.hour")->usd, 0.052);
    all.add_all(*own);
    EXPECT_EQ(all.find("eu-central-1", "nat.hour")->usd, 0.01);
    EXPECT_EQ(all.find("eu-central-1", "nat.hour")->standing, sizing::Standing::bill);
}

TEST(PriceFiles, WhatIsWrongIsNamedWithItsPlace) {
    EXPECT_EQ(error_of(kPrice), "own.toml:1: the file names no region");
    const std::string region = "region = \"here\"\n";
    EXPECT_EQ(error_of(region + "[[price]]\nname = \"a\"\n"), "own.toml:2: usd is missing");
    EXPECT_EQ(error_of(region + "[[prise]]\n"), "own.toml:2: expected [[price]] or [[node]]");
    EXPECT_EQ(error_of("regoin = \"here\"\n"), "own.toml: 'regoin' is not known here");
    std::string negative = region + kPrice;
    negative.replace(negative.find("0.01"), 4, "-1.0");
    EXPECT_EQ(error_of(negative), "own.toml:2: usd is out of range");
    std::string doubtful = region + kPrice;
    doubtful.replace(doubtful.find("\"bill\""), 6, "\"sure\"");
    EXPECT_EQ(error_of(doubtful),
              "own.toml:2: standing is one of listed, bill, secondary, estimated");
    runtime::OsFiles files;
    const auto missing = load_prices(files, {"/nowhere/prices.toml"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().detail.find("/nowhere/prices.toml"), std::string::npos);
}

}  // namespace
}  // namespace aside::cli
