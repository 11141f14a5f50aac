#include "lab/origin/dataset.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "lab/origin/object_sizes.h"

namespace aside::lab {
namespace {

std::string answer_of(const Dataset& data, std::uint32_t item) {
    std::string text = R"({"id":")" + Dataset::item_id(item) + R"(","values":[)";
    bool first = true;
    for (const auto object : data.references(item)) {
        if (!std::exchange(first, false)) text += ',';
        text += data.body(object, data.generation(object));
    }
    return text + "]}";
}

TEST(Dataset, IsTheSameForTheSameSeed) {
    const Dataset one({.items = 50, .objects = 200, .seed = 3});
    const Dataset same({.items = 50, .objects = 200, .seed = 3});
    const Dataset other({.items = 50, .objects = 200, .seed = 4});
    EXPECT_TRUE(std::ranges::equal(one.references(49), same.references(49)));
    EXPECT_EQ(one.total_bytes(), same.total_bytes());
    EXPECT_FALSE(std::ranges::equal(one.references(49), other.references(49)));
    EXPECT_NE(one.total_bytes(), other.total_bytes());
}

TEST(Dataset, AnItemNamesNoObjectTwice) {
    const Dataset data({.items = 300, .references = 5, .objects = 7, .seed = 1});
    for (std::uint32_t item = 0; item < 300; ++item) {
        const auto references = data.references(item);
        EXPECT_EQ(std::set<std::uint32_t>(references.begin(), references.end()).size(), 5U);
        EXPECT_LT(*std::ranges::max_element(references), 7U);
    }
    const Dataset few({.items = 2, .references = 5, .objects = 3});
    EXPECT_EQ(few.references(1).size(), 3U);
}

TEST(Dataset, KnowsItsNames) {
    const Dataset data({.items = 10, .objects = 20});
    EXPECT_EQ(data.item_of(Dataset::item_id(9)), 9U);
    EXPECT_EQ(data.object_of(Dataset::object_key(19)), 19U);
    for (const auto* const text :
         {"item-10", "item-", "item-01", "item-1x", "obj-1", "", "item--1"})
        EXPECT_EQ(data.item_of(text), Dataset::kNoNumber) << text;
    EXPECT_EQ(data.object_of("obj-20"), Dataset::kNoNumber);
    EXPECT_EQ(data.object_of("item-1"), Dataset::kNoNumber);
}

// The distribution's own quantiles and its mean, of values cut as it says.
TEST(Dataset, SizesAreThoseOfProduction) {
    const Dataset data({.items = 1, .objects = 200'000, .seed = 5});
    std::vector<std::size_t> sizes(200'000);
    for (std::uint32_t i = 0; i < sizes.size(); ++i) sizes[i] = data.body_bytes(i);
    std::ranges::sort(sizes);
    EXPECT_NEAR(static_cast<double>(sizes[100'000]), 136, 4);
    EXPECT_NEAR(static_cast<double>(sizes[190'000]), 336, 20);
    EXPECT_NEAR(static_cast<double>(sizes[198'000]), 959, 60);
    EXPECT_GE(sizes.front(), kLeastObjectBytes);
    EXPECT_EQ(sizes.back(), kMostObjectBytes);
    EXPECT_NEAR(static_cast<double>(data.total_bytes()) / 200'000, 216, 12);
}

TEST(Dataset, ReadsAnAnswerOfKnownGenerations) {
    Dataset data({.items = 40, .references = 3, .objects = 100});
    const auto object = data.references(7)[1];
    for (int i = 0; i < 12; ++i) data.write(object);
    EXPECT_EQ(data.body(object, 12).size(), data.body_bytes(object));
    std::vector<std::uint32_t> generations = {99};
    ASSERT_TRUE(data.read_item(7, answer_of(data, 7), generations));
    EXPECT_EQ(generations, (std::vector<std::uint32_t>{0, 12, 0}));
    EXPECT_FALSE(data.read_item(8, answer_of(data, 7), generations));
}

TEST(Dataset, AnyWrongByteOfAnAnswerShows) {
    const Dataset data({.items = 40, .references = 3, .objects = 100});
    const std::string right = answer_of(data, 7);
    std::vector<std::uint32_t> generations;
    for (std::size_t i = 0; i < right.size(); ++i) {
        std::string wrong = right;
        wrong[i] ^= 1;
        EXPECT_FALSE(data.read_item(7, wrong, generations)) << i;
        EXPECT_FALSE(data.read_item(7, right.substr(0, i), generations)) << i;
    }
    EXPECT_FALSE(data.read_item(7, right + " ", generations));
}

// Halves of two generations, and values in each other's place.
TEST(Dataset, PartsThatDoNotBelongTogetherShow) {
    const Dataset data({.items = 1, .references = 1, .objects = 1});
    const std::string old = data.body(0, 0), young = data.body(0, 1);
    const std::size_t half = old.size() - 4;
    const auto answer = [](const std::string& body) {
        return R"({"id":"item-0","values":[)" + body + "]}";
    };
    std::vector<std::uint32_t> generations;
    EXPECT_TRUE(data.read_item(0, answer(young), generations));
    EXPECT_FALSE(data.read_item(0, answer(old.substr(0, half) + young.substr(half)), generations));
}

}  // namespace
}  // namespace aside::lab
