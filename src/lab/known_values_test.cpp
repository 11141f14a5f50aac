#include "lab/known_values.h"

#include <gtest/gtest.h>

namespace aside::lab {
namespace {

TEST(KnownValues, ABodyTellsItsKeyAndGeneration) {
    const std::string body = known_body("obj-7", 3, 256);
    EXPECT_EQ(body.size(), 256U);
    EXPECT_EQ(generation_of("obj-7", body), 3);
    EXPECT_EQ(generation_of("obj-8", body), -1);
    EXPECT_EQ(generation_of("obj-7", ""), -1);
    EXPECT_EQ(generation_of("obj-7", body.substr(0, 20)), -1);
}

TEST(KnownValues, AnyWrongByteShows) {
    const std::string body = known_body("obj-7", 0, 128);
    for (std::size_t i = 0; i < body.size(); ++i) {
        std::string wrong = body;
        wrong[i] ^= 1;
        EXPECT_EQ(generation_of("obj-7", wrong), -1) << i;
    }
    const std::string other = known_body("obj-7", 1, 128);
    EXPECT_EQ(generation_of("obj-7", body.substr(0, 64) + other.substr(64)), -1);
}

// What is made eight bytes at a time has ends of each length.
TEST(KnownValues, HasTheSizeThatWasAskedFor) {
    for (std::size_t size = 64; size < 90; ++size) {
        const std::string body = known_body("obj-12", 40, size);
        EXPECT_EQ(body.size(), size);
        EXPECT_EQ(generation_of("obj-12", body), 40);
        EXPECT_EQ(generation_of("obj-12", body.substr(0, size - 1)), -1);
        EXPECT_EQ(generation_of("obj-12", body + "x"), -1);
    }
}

TEST(KnownValues, OneNumberIsWrittenInOneWay) {
    std::string body = known_body("obj-7", 3, 128);
    const std::size_t at = body.find(":3,") + 1;
    EXPECT_EQ(generation_of("obj-7", std::string(body).insert(at, "0")), -1);
    EXPECT_EQ(generation_of("obj-7", std::string(body).insert(at, "-")), -1);
    EXPECT_EQ(generation_of("obj-7", std::string(body).erase(at, 1)), -1);
}

TEST(KnownValues, MakesAValueForFills) {
    const auto value = make_value("obj-7", "{}", SteadyTime(Duration(5)));
    EXPECT_EQ(value->key(), "obj-7");
    EXPECT_EQ(value->body(), "{}");
}

}  // namespace
}  // namespace aside::lab
