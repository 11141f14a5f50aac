#include "redis/value_codec.h"

#include <gtest/gtest.h>

#include "redis/value_fixture.h"
#include "runtime/sim/world.h"

namespace aside::redis {
namespace {

using namespace std::chrono_literals;

struct Codec {
    explicit Codec(Format format = Format::envelope) {
        options.format = format;
        options.raw_ttl = 1h;
        options.raw_fresh = 60s;
        world.run_for(1h);
    }
    // On a worker's thread, as the seam demands.
    bool encode(const TestValueFacts& facts) {
        RemoteFill fill;
        fill.value = TestValue::make(facts);
        bytes.clear();
        bool stored = false;
        world.worker(0).post([&] { stored = encode_fill(bytes, fill, world.worker(0), options); });
        world.run_for(1ms);
        return stored;
    }
    Result<void> decode(ValueKind kind, std::string_view key, Duration left = -1ns) {
        return decoder.decode({kind, key}, bytes, left, world.wall_now(), answer);
    }

    runtime::SimWorld world;
    TierOptions options;
    ValueDecoder decoder{options};
    std::string bytes;
    RemoteAnswer answer;
};

TEST(ValueCodec, WhatGoesInComesOutWithItsAge) {
    Codec codec;
    const SteadyTime now = codec.world.now();
    const WallTime wall = codec.world.wall_now();
    for (const auto kind :
         {ValueKind::object, ValueKind::versioned_object, ValueKind::index_entry}) {
        ASSERT_TRUE(codec.encode({.kind = kind,
                                  .key = "gb/ENG",
                                  .body = R"({"a":1})",
                                  .validator = "\"v7\"",
                                  .origin_time = now - 5s,
                                  .fresh_until = now + 25s}));
        codec.world.jump_wall(10s);  // what was written keeps its times
        ASSERT_TRUE(codec.decode(kind, "gb/ENG"));
        codec.world.jump_wall(-10s);
        EXPECT_EQ(codec.answer.state, RemoteState::hit);
        EXPECT_FALSE(codec.answer.absent);
        EXPECT_EQ(codec.answer.body, R"({"a":1})");
        EXPECT_EQ(codec.answer.validator, "\"v7\"");
        EXPECT_EQ(codec.answer.origin_time, wall - 5s);
        EXPECT_EQ(codec.answer.fresh_until, wall + 25s);
    }
}

TEST(ValueCodec, ForEverStaysForEver) {
    Codec codec;
    ASSERT_TRUE(codec.encode({.key = "k", .body = "1", .fresh_until = kNever}));
    ASSERT_TRUE(codec.decode(ValueKind::object, "k"));
    EXPECT_EQ(codec.answer.fresh_until, WallTime::max());
}

TEST(ValueCodec, AbsenceIsAValueToo) {
    Codec codec;
    ASSERT_TRUE(codec.encode({.key = "k", .absent = true}));
    ASSERT_TRUE(codec.decode(ValueKind::object, "k"));
    EXPECT_TRUE(codec.answer.absent);
    EXPECT_EQ(codec.answer.state, RemoteState::hit);
}

TEST(ValueCodec, LargeBodiesComeOutWhole) {
    Codec codec;
    std::string body;
    for (int i = 0; i < 20'000; ++i) body += std::to_string(i) + ",";
    ASSERT_TRUE(codec.encode({.key = "k", .body = body}));
    EXPECT_LT(codec.bytes.size(), body.size());
    ASSERT_TRUE(codec.decode(ValueKind::object, "k"));
    EXPECT_EQ(codec.answer.body, body);
}

TEST(ValueCodec, AnothersValueIsCorrupt) {
    Codec codec;
    ASSERT_TRUE(codec.encode({.key = "mine", .body = "1"}));
    EXPECT_EQ(codec.decode(ValueKind::object, "yours").error().code, Errc::corrupt);
    EXPECT_EQ(codec.decode(ValueKind::index_entry, "mine").error().code, Errc::corrupt);
    EXPECT_EQ(codec.answer.state, RemoteState::unknown);
}

TEST(ValueCodec, NoByteMayChange) {
    Codec codec;
    ASSERT_TRUE(codec.encode({.key = "k", .body = R"({"a":1})", .validator = "v"}));
    const std::string whole = codec.bytes;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        codec.bytes = whole;
        codec.bytes[i] = static_cast<char>(codec.bytes[i] ^ 0x10);
        EXPECT_FALSE(codec.decode(ValueKind::object, "k")) << i;
        codec.bytes = whole.substr(0, i);
        EXPECT_FALSE(codec.decode(ValueKind::object, "k")) << i;
    }
    codec.bytes = R"({"somebody":"else's"})";
    EXPECT_EQ(codec.decode(ValueKind::object, "k").error().code, Errc::corrupt);
}

TEST(ValueCodec, OverTheLimitIsTooLarge) {
    for (const Format format : {Format::envelope, Format::raw}) {
        Codec codec(format);
        ASSERT_TRUE(codec.encode({.key = "k", .body = std::string(100, 'x')}));
        codec.options.value_max_bytes = 99;
        EXPECT_EQ(codec.decode(ValueKind::object, "k").error().code, Errc::too_large);
    }
}

TEST(ValueCodec, RawIsTheBareBodyAndItsAgeIsWhatIsGoneOfItsTime) {
    Codec codec(Format::raw);
    ASSERT_TRUE(codec.encode({.key = "k", .body = R"({"a":1})", .validator = "v"}));
    EXPECT_EQ(codec.bytes, R"({"a":1})");
    const WallTime now = codec.world.wall_now();
    struct Row {
        Duration left, age;
    };
    for (const Row row : {Row{1h, 0s}, Row{59min, 1min}, Row{0s, 1h}, Row{2h, 0s}, Row{-1ns, 1h}}) {
        ASSERT_TRUE(codec.decode(ValueKind::object, "k", row.left));
        EXPECT_EQ(codec.answer.body, R"({"a":1})");
        EXPECT_TRUE(codec.answer.unchecked);
        EXPECT_EQ(codec.answer.validator, "");
        EXPECT_EQ(codec.answer.origin_time, now - row.age);
        EXPECT_EQ(codec.answer.fresh_until, now - row.age + 60s);
    }
}

TEST(ValueCodec, RawSaysNoAbsenceAndKeepsTheEnvelopeOfOtherKinds) {
    Codec codec(Format::raw);
    EXPECT_FALSE(codec.encode({.key = "k", .absent = true}));
    EXPECT_EQ(codec.bytes, "");
    ASSERT_TRUE(codec.encode({.kind = ValueKind::versioned_object, .key = "k", .absent = true}));
    ASSERT_TRUE(codec.decode(ValueKind::versioned_object, "k"));
    EXPECT_TRUE(codec.answer.absent);
    EXPECT_FALSE(codec.answer.unchecked);
}

}  // namespace
}  // namespace aside::redis
