#include "engine/index_entry.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

class IndexEntryTest : public ::testing::Test {
  protected:
    ValueRef kept(std::string_view body, SteadyTime origin_time = {}) {
        return store_.put({.kind = ValueKind::index_entry,
                           .key_hash = 1,
                           .key = "i",
                           .body = body,
                           .origin_time = origin_time});
    }
    EpochDomain epochs_{1};
    memory::Store store_{{.capacity_bytes = 1 << 20, .seed = 5}, epochs_};
};

TEST_F(IndexEntryTest, GivesBackWhatWasPutIn) {
    const std::vector<Reference> references = {
        {"a", ""}, {"gb/ENG", "v7"}, {std::string(2000, 'x'), ""}, {"a", ""}};
    const std::string body = encode_index_entry(store_, references, nullptr);
    const IndexEntry entry(body);
    ASSERT_EQ(entry.size(), 4U);
    EXPECT_EQ(entry.previous_size(), 0U);
    for (std::uint32_t i = 0; i < entry.size(); ++i) {
        EXPECT_EQ(reference_from_key(entry[i].kind, entry[i].bytes), references[i]);
        EXPECT_EQ(entry[i].kind, kind_of(references[i]));
        EXPECT_EQ(entry[i].hash, store_.hash(entry[i].kind, entry[i].bytes));
    }
}

TEST_F(IndexEntryTest, AnItemMayHaveNoReferences) {
    EXPECT_EQ(IndexEntry(encode_index_entry(store_, {}, nullptr)).size(), 0U);
}

TEST_F(IndexEntryTest, KeepsWhatItReplacedWhenThatDiffered) {
    const std::vector<Reference> first = {{"a", ""}, {"b", "1"}};
    const std::vector<Reference> second = {{"c", ""}};
    const SteadyTime then = SteadyTime(std::chrono::seconds(42));
    const ValueRef old = kept(encode_index_entry(store_, first, nullptr), then);
    const std::string body = encode_index_entry(store_, second, old.get());
    const IndexEntry entry(body);
    ASSERT_EQ(entry.size(), 1U);
    ASSERT_EQ(entry.previous_size(), 2U);
    EXPECT_EQ(entry.previous(1).bytes, std::string_view("b\0001", 3));
    EXPECT_EQ(entry.previous(1).kind, ValueKind::versioned_object);
    EXPECT_EQ(entry.previous_origin_time(), then);
}

TEST_F(IndexEntryTest, ARefreshThatChangedNothingKeepsThePreviousOnes) {
    const std::vector<Reference> first = {{"a", ""}};
    const std::vector<Reference> second = {{"b", ""}};
    const SteadyTime then = SteadyTime(std::chrono::seconds(42));
    const ValueRef oldest = kept(encode_index_entry(store_, first, nullptr), then);
    const ValueRef newer =
        kept(encode_index_entry(store_, second, oldest.get()), then + std::chrono::seconds(1));
    const std::string body = encode_index_entry(store_, second, newer.get());
    const IndexEntry entry(body);
    ASSERT_EQ(entry.previous_size(), 1U);
    EXPECT_EQ(entry.previous(0).bytes, "a");
    EXPECT_EQ(entry.previous_origin_time(), then);
}

TEST_F(IndexEntryTest, NeverGrowsAChainOfPasts) {
    ValueRef value = kept(encode_index_entry(store_, std::vector<Reference>{{"0", ""}}, nullptr));
    const std::size_t two_lists =
        encode_index_entry(store_, std::vector<Reference>{{"1", ""}}, value.get()).size();
    for (int i = 1; i < 9; ++i) {
        value = kept(encode_index_entry(store_, std::vector<Reference>{{std::to_string(i), ""}},
                                        value.get()));
        EXPECT_EQ(value->body().size(), two_lists);
    }
}

}  // namespace
}  // namespace aside::engine
