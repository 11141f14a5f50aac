#include "config/toml_tables.h"

#include <gtest/gtest.h>

namespace aside::config {
namespace {

Result<std::vector<TomlTable>> read(std::string text) {
    return read_toml_tables({"prices.toml", std::move(text)});
}

TEST(TomlTables, ReadsTheTopAndThenEachTable) {
    const auto tables = read(
        "region = \"here\"\n[[price]]\nname = \"a\"\nusd = 0.5\ndate = 2026-08-31\n"
        "[[price]]\nname = \"b\"\nusd = 2\n");
    ASSERT_TRUE(tables) << tables.error().detail;
    ASSERT_EQ(tables->size(), 3U);
    EXPECT_EQ(*tables->front().text("region"), "here");
    EXPECT_EQ(tables->at(1).kind, "price");
    EXPECT_EQ(tables->at(1).where, "prices.toml:2");
    EXPECT_EQ(*tables->at(1).number("usd"), 0.5);
    EXPECT_EQ(*tables->at(1).text("date"), "2026-08-31");
    EXPECT_EQ(*tables->at(2).number("usd"), 2);
}

TEST(TomlTables, SaysWhereSomethingIsWrong) {
    const auto error_of = [](std::string text) {
        const auto tables = read(std::move(text));
        return tables ? "" : tables.error().detail;
    };
    EXPECT_TRUE(error_of("a = ").starts_with("prices.toml:1: ")) << error_of("a = ");
    EXPECT_EQ(error_of("\na = true\n"), "prices.toml:2: a is no text, number or date");
    EXPECT_EQ(error_of("a = 9223372036854775807\n"), "prices.toml:1: a is no text, number or date");
    EXPECT_EQ(error_of("a = [1]\n"), "prices.toml:1: expected tables: [[a]]");
    EXPECT_EQ(error_of(std::string((1 << 20) + 1, '#')), "prices.toml: is larger than 1 MiB");
}

TEST(TomlTables, AValueMustBeThereAndOfItsType) {
    const auto tables = read("[[price]]\nname = \"a\"\nusd = \"0.5\"\nprize = 1\n");
    ASSERT_TRUE(tables);
    const TomlTable& price = tables->at(1);
    EXPECT_EQ(price.text("per").error().detail, "prices.toml:1: per is missing");
    EXPECT_EQ(price.number("usd").error().detail,
              "prices.toml:1: usd must be a number, without quotes");
    EXPECT_EQ(price.text("prize").error().detail, "prices.toml:1: prize must be text, in quotes");
    EXPECT_EQ(price.only({"name", "usd"}).error().detail,
              "prices.toml:1: 'prize' is not known here");
    EXPECT_TRUE(price.only({"name", "usd", "prize"}));
}

}  // namespace
}  // namespace aside::config
