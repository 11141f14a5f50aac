#include "engine/portable_index.h"

#include <gtest/gtest.h>

namespace aside::engine {
namespace {

class PortableIndexTest : public ::testing::Test {
  protected:
    std::string encoded(const std::vector<Reference>& references) {
        return encode_portable_index(
            IndexEntry(keep_ = encode_index_entry(store_, references, nullptr)));
    }
    EpochDomain epochs_{1};
    memory::Store store_{{.capacity_bytes = 1 << 20, .seed = 5}, epochs_};
    std::string keep_;
};

TEST_F(PortableIndexTest, AnotherProcessReadsWhatOneWrote) {
    const std::string bytes = encoded({{"a", ""}, {"b", "7"}, {"a", ""}});
    memory::Store other({.capacity_bytes = 1 << 20, .seed = 6}, epochs_);
    auto keys = decode_portable_index(bytes, {});
    ASSERT_TRUE(keys);
    for (KeyView& key : *keys) key.hash = other.hash(key.kind, key.bytes);
    const std::string body = encode_index_entry(*keys, nullptr);
    const std::string own = encode_index_entry(
        other, std::vector<Reference>{{"a", ""}, {"b", "7"}, {"a", ""}}, nullptr);
    EXPECT_EQ(body, own);
    EXPECT_EQ(encode_portable_index(IndexEntry(body)), bytes);
}

TEST_F(PortableIndexTest, NoReferencesAreAnEntryToo) {
    const std::string bytes = encoded({});
    EXPECT_EQ(bytes, std::string("\x01\0\0\0\0", 5));
    EXPECT_EQ(decode_portable_index(bytes, {})->size(), 0U);
}

TEST_F(PortableIndexTest, EveryTruncationAndExtensionIsRefused) {
    const std::string bytes = encoded({{"key", ""}, {"other", "version"}});
    ASSERT_TRUE(decode_portable_index(bytes, {}));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_portable_index(bytes.substr(0, size), {})) << size;
    EXPECT_FALSE(decode_portable_index(bytes + '\0', {}));
}

TEST_F(PortableIndexTest, OnlyItsOwnBytesAreAnEntrysBytes) {
    const std::string bytes = encoded({{"key", ""}, {"other", "version"}});
    const IndexEntry entry(keep_);
    EXPECT_TRUE(is_portable_index(entry, bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(is_portable_index(entry, bytes.substr(0, size))) << size;
    EXPECT_FALSE(is_portable_index(entry, bytes + '\0'));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string changed = bytes;
        ++changed[i];
        EXPECT_FALSE(is_portable_index(entry, changed)) << i;
    }
}

TEST_F(PortableIndexTest, WhatNoDoorLetsInIsRefused) {
    const struct {
        const char* what;
        std::string bytes;
    } cases[] = {
        {"another format", std::string("\x02\0\0\0\0", 5)},
        {"a count that is too large", std::string("\x01\xff\xff\xff\xff", 5)},
        {"an empty key", std::string("\x01\x01\0\0\0\0\0", 7)},
        {"an empty version", std::string("\x01\x01\0\0\0\x02\0a\0", 9)},
        {"a version with a NUL", std::string("\x01\x01\0\0\0\x05\0a\0b\0c", 12)},
        {"a key over the limit", std::string("\x01\x01\0\0\0\x09\0", 7) + std::string(9, 'k')},
        {"more references than allowed", std::string("\x01\x03\0\0\0\x01\0a\x01\0b\x01\0c", 14)},
    };
    for (const auto& one : cases) {
        EXPECT_FALSE(decode_portable_index(one.bytes, {.references_max = 2, .key_bytes_max = 8}))
            << one.what;
    }
}

}  // namespace
}  // namespace aside::engine
