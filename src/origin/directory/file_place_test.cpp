#include "origin/directory/file_place.h"

#include <set>

#include <gtest/gtest.h>

namespace aside::origin {
namespace {

using namespace std::string_literals;

TEST(FilePlace, APlainKeyIsItsFile) {
    const auto place = place_of({"country/GB", ""}).value();
    EXPECT_EQ(place.plain, "country/GB");
    EXPECT_EQ(place.own, ".aside/objects/country%2FGB");
    EXPECT_EQ(place.staged, ".aside/import/objects/country%2FGB");
}

TEST(FilePlace, AVersionHasNoPlainPlaceAndNoKeyLooksLikeOne) {
    const auto place = place_of({"a", "1/2"}).value();
    EXPECT_EQ(place.plain, "");
    EXPECT_EQ(place.own, ".aside/objects/a@1%2F2");
    EXPECT_EQ(place_of({"a@1/2", ""})->own, ".aside/objects/a%401%2F2");
}

TEST(FilePlace, KeysThatNoFileCanHaveAreBadInput) {
    for (const auto& key :
         {""s, "/"s, "/a"s, "a/"s, "a//b"s, "."s, ".."s, "../a"s, "a/../b"s, "a/./b"s, "a/.."s,
          "a\0b"s, "\xff"s, ".aside"s, ".aside/committed"s, ".aside-tmp-1"s, "a/.aside-tmp-1"s,
          std::string(256, 'a'), std::string(1200, 'a')}) {
        EXPECT_EQ(place_of({key, ""}).error().code, Errc::bad_input) << key;
    }
    EXPECT_FALSE(place_of({"a", "\0"s}));
    EXPECT_FALSE(place_of_item(""));
    EXPECT_TRUE(place_of({"...", ""}));
    EXPECT_TRUE(place_of({"a/.asides", ""}));
    EXPECT_TRUE(place_of({std::string(255, 'a') + "/b", ""}));
    EXPECT_TRUE(place_of_item("../x"));
    EXPECT_EQ(place_of_item("../x")->own, ".aside/items/%2E%2E%2Fx");
}

TEST(FilePlace, NamesCanBeReadBack) {
    std::set<std::string> names;
    for (const auto& [key, version] : {std::pair{"a"s, ""s},
                                       {"a", "1"},
                                       {"a@1", ""},
                                       {"a%401", ""},
                                       {"a/b", "c/d"},
                                       {"a+b", ""},
                                       {"é.json", "v 1"},
                                       {std::string(200, '/' + 1), ""},
                                       {std::string(1, 'x') + std::string(250, 'y'), "v"},
                                       {"x" + std::string(199, 'y') + ".", ""}}) {
        const auto place = place_of({key, version}).value();
        const std::string name = place.staged.substr(kStagedObjects.size() + 1);
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(reference_of_name(name).value(), (Reference{key, version})) << name;
        for (std::size_t start = 0; start < name.size();) {
            const std::size_t end = std::min(name.find('/', start), name.size());
            EXPECT_LE(end - start, 255U);
            start = end + 1;
        }
    }
    EXPECT_EQ(reference_of_name("a%4").error().code, Errc::corrupt);
    EXPECT_EQ(reference_of_name("a%4g").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace aside::origin
