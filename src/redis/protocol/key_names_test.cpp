#include "redis/protocol/key_names.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"
#include "redis/protocol/slot.h"

namespace aside::redis {
namespace {

using namespace std::string_literals;

constexpr auto kObject = ValueKind::object;
constexpr auto kVersioned = ValueKind::versioned_object;
constexpr auto kIndex = ValueKind::index_entry;

struct Names {
    std::string data, lease, tombstone;
};

Names names_of(const KeyNaming& naming, RemoteKey key) {
    Names names;
    naming.data_name(key, names.data);
    naming.lease_name(key, names.lease);
    naming.tombstone_name(key, names.tombstone);
    return names;
}

TEST(KeyNames, AreWhatThePageSays) {
    const KeyNaming naming("aside:");
    const struct {
        ValueKind kind;
        std::string key, data, lease, tombstone;
    } rows[] = {
        {kObject, "gb/ENG", "aside:o:gb/ENG", "aside:l:{aside:o:gb/ENG}",
         "aside:t:{aside:o:gb/ENG}"},
        {kVersioned, "gb/ENG\0v7"s, "aside:v:gb/ENG@v7", "aside:l:{aside:v:gb/ENG@v7}",
         "aside:t:{aside:v:gb/ENG@v7}"},
        {kVersioned, "a@b\0c@d"s, "aside:v:a%40b@c%40d", "aside:l:{aside:v:a%40b@c%40d}",
         "aside:t:{aside:v:a%40b@c%40d}"},
        {kIndex, "item-1", "aside:i:item-1", "aside:l:{aside:i:item-1}",
         "aside:t:{aside:i:item-1}"},
        {kObject, "a@{x}%\xff #", "aside:o:a@%7Bx%7D%25%FF%20#",
         "aside:l:{aside:o:a@%7Bx%7D%25%FF%20#}", "aside:t:{aside:o:a@%7Bx%7D%25%FF%20#}"},
        {kObject, "#abc", "aside:o:%23abc", "aside:l:{aside:o:%23abc}", "aside:t:{aside:o:%23abc}"},
    };
    for (const auto& row : rows) {
        const Names names = names_of(naming, {row.kind, row.key});
        EXPECT_EQ(names.data, row.data);
        EXPECT_EQ(names.lease, row.lease);
        EXPECT_EQ(names.tombstone, row.tombstone);
    }
    EXPECT_EQ(naming.tombstone_prefix(), "aside:t:");
}

TEST(KeyNames, RawNamesAreTheOtherPrograms) {
    const KeyNaming naming("", true);
    const struct {
        ValueKind kind;
        std::string key, data, lease, tombstone;
    } rows[] = {
        {kObject, "user:1", "user:1", "l:{user:1}", "t:{user:1}"},
        {kObject, "{u}:1", "{u}:1", "l:{u}{u}:1", "t:{u}{u}:1"},
        {kObject, "a{b}{c}", "a{b}{c}", "l:{b}a{b}{c}", "t:{b}a{b}{c}"},
        {kObject, "a{b", "a{b", "l:{a{b}", "t:{a{b}"},
        {kObject, "a b\xff", "a b\xff", "l:{a b\xff}", "t:{a b\xff}"},
        // Not to be shared: like a name of ours, or without a way into its slot.
        {kObject, "t:x", "o:t:x", "l:{o:t:x}", "t:{o:t:x}"},
        {kObject, "}{", "o:%7D%7B", "l:{o:%7D%7B}", "t:{o:%7D%7B}"},
        {kObject, "{}", "o:%7B%7D", "l:{o:%7B%7D}", "t:{o:%7B%7D}"},
        {kIndex, "{u}", "i:%7Bu%7D", "l:{i:%7Bu%7D}", "t:{i:%7Bu%7D}"},
    };
    for (const auto& row : rows) {
        const Names names = names_of(naming, {row.kind, row.key});
        EXPECT_EQ(names.data, row.data);
        EXPECT_EQ(names.lease, row.lease);
        EXPECT_EQ(names.tombstone, row.tombstone);
    }
    const std::string longest(1000, 'x');
    EXPECT_EQ(names_of(naming, {kObject, longest}).data, longest);
}

TEST(KeyNames, LongOnesAreHashedAndTheirTombstonesTellTheKey) {
    const KeyNaming naming("aside:");
    const std::string fits(kSafeKeyMax, 'x'), over(kSafeKeyMax + 1, 'x');
    EXPECT_EQ(names_of(naming, {kObject, fits}).data, "aside:o:" + fits);
    const Names names = names_of(naming, {kObject, over});
    EXPECT_EQ(names.data.size(), "aside:o:#"s.size() + 32);
    EXPECT_EQ(names.tombstone, "aside:t:{" + names.data + "}" + over);
    // A key that is spelled like such a name has another one.
    const Names imposter = names_of(naming, {kObject, names.data.substr("aside:o:"s.size())});
    EXPECT_NE(imposter.data, names.data);
}

// Pieces of which every hard case is made.
std::string random_key(Random& random) {
    static const std::string pieces[] = {
        "{",  "}",   "{}", "}{", "a",  "%",    "%7B", "@",    "#",    "\0"s,   ":",
        "o:", "t:{", "l:", "v:", "i:", "\xff", " ",   "x{y}", "o:#0", "aside:"};
    std::string key;
    const auto count = random.below(7);
    for (std::uint64_t i = 0; i < count; ++i) key += pieces[random.below(std::size(pieces))];
    if (random.chance(1, 20))
        key += std::string(random.below(400), random.chance(1, 2) ? '{' : 'z');
    return key;
}

struct Format {
    std::string prefix;
    bool raw;
};

class EveryKey : public testing::TestWithParam<Format> {};

TEST_P(EveryKey, HasItsThreeNamesInOneSlotAndToItselfAndIsToldByItsTombstone) {
    const KeyNaming naming(GetParam().prefix, GetParam().raw);
    Random random(7);
    std::map<std::string, std::string> owners;  // name -> kind and key
    for (int i = 0; i < 20000; ++i) {
        const auto kind = static_cast<ValueKind>(random.below(3));
        const std::string bytes = random_key(random);
        const RemoteKey key{kind, bytes};
        const std::string identity = std::to_string(static_cast<int>(kind)) + bytes;
        const Names names = names_of(naming, key);

        const auto slot = naming.slot(key);
        for (const auto& name : {names.data, names.lease, names.tombstone}) {
            ASSERT_EQ(slot_of_name(name), slot) << name;
            ASSERT_EQ(owners.try_emplace(name, identity).first->second, identity) << name;
        }
        ASSERT_EQ((std::set{names.data, names.lease, names.tombstone}.size()), 3U);
        ASSERT_TRUE(names.tombstone.starts_with(naming.tombstone_prefix()));
        ASSERT_FALSE(names.data.starts_with(naming.tombstone_prefix()));
        ASSERT_FALSE(names.lease.starts_with(naming.tombstone_prefix()));

        const auto back = naming.key_of_tombstone(names.tombstone);
        ASSERT_TRUE(back.has_value()) << names.tombstone;
        ASSERT_EQ(back->kind, kind);
        ASSERT_EQ(back->bytes, bytes);
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryKey,
                         testing::Values(Format{"aside:", false}, Format{"", false},
                                         Format{"aside:", true}, Format{"", true},
                                         Format{"o:", true}));

TEST(KeyNames, NamesThatAreNoTombstonesNameNoKey) {
    const KeyNaming naming("aside:");
    for (const std::string name :
         {"", "aside:t:", "aside:t:{", "aside:t:{}", "aside:t:{aside:o:a", "aside:t:aside:o:a",
          "aside:l:{aside:o:a}", "aside:t:{aside:o:a}b", "aside:t:{aside:x:a}",
          "aside:t:{aside:t:a}", "aside:t:{other:o:a}", "aside:t:{aside:o:%7}",
          "aside:t:{aside:o:%zz}", "aside:t:{aside:o:%61}", "aside:t:{aside:o:#0123}long",
          "aside:t:{aside:a}", "aside:t:{aside:o:a}{b}"}) {
        EXPECT_FALSE(naming.key_of_tombstone(name).has_value()) << name;
    }
}

TEST(KeyNames, PrefixesHoldNoBraces) {
    EXPECT_TRUE(KeyNaming::usable_prefix(""));
    EXPECT_TRUE(KeyNaming::usable_prefix("prod:aside:"));
    for (const std::string_view prefix : {"{a}", "a b", "a}", "\x01", "\xc3\xa4:"}) {
        EXPECT_FALSE(KeyNaming::usable_prefix(prefix)) << prefix;
    }
    EXPECT_FALSE(KeyNaming::usable_prefix(std::string(65, 'a')));
}

}  // namespace
}  // namespace aside::redis
