// Envelopes come back as they were, or not at all.
#include "wire/envelope.h"

#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wire/envelope_fixture.h"

namespace aside::wire {
namespace {

constexpr std::uint64_t kFingerprint = 0x0123456789abcdefULL;
constexpr std::uint64_t kMaxBody = 4 << 20;

constexpr std::size_t kVersionAt = 2, kFlagsAt = 3, kFingerprintAt = 12, kValidatorBytesAt = 36,
                      kBodyBytesAt = 40;
constexpr char kAbsent = 1, kPacked = 2;

WallTime at_ns(std::int64_t ns) {
    return WallTime(Duration(ns));
}

std::string sealed(const Envelope& envelope, const EnvelopeOptions& options = {}) {
    std::string out;
    append_envelope(out, envelope, kFingerprint, options);
    return out;
}

Errc error_of(std::string_view bytes, std::uint64_t body_max_bytes = kMaxBody) {
    // A copy without a terminator: the sanitizer sees a read beyond the end.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    EnvelopeReader reader;
    const auto read = reader.read({exact.data(), exact.size()}, kFingerprint, body_max_bytes);
    EXPECT_FALSE(read.has_value());
    return read ? Errc::internal : read.error().code;
}

std::string compressible(std::size_t size) {
    std::string text;
    while (text.size() < size) text += R"({"code":"GB","name":"United Kingdom"},)";
    text.resize(size);
    return text;
}

std::string noise(std::size_t size) {
    std::mt19937_64 random(size);
    std::string text(size, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    return text;
}

void expect_round_trip(const Envelope& envelope) {
    std::string bytes = "before";
    append_envelope(bytes, envelope, kFingerprint, {});
    EnvelopeReader reader;
    // Not aligned on purpose.
    const auto read = reader.read(std::string_view(bytes).substr(6), kFingerprint, kMaxBody);
    ASSERT_TRUE(read.has_value()) << to_string(read.error());
    EXPECT_EQ(read->absent, envelope.absent);
    EXPECT_EQ(read->validator, envelope.validator);
    EXPECT_TRUE(read->body == envelope.body) << envelope.body.size();
    EXPECT_EQ(read->origin_time, envelope.origin_time);
    EXPECT_EQ(read->fresh_until, envelope.fresh_until);
}

TEST(Envelope, ComesBackAsItWas) {
    const std::string long_validator = noise(70'000);
    for (const std::string_view validator :
         {std::string_view(), std::string_view("\"etag\""), std::string_view(long_validator)}) {
        for (const std::size_t size : {0, 1, 2, 4095, 4096, 4097, 1 << 20}) {
            for (const std::string& body : {compressible(size), noise(size)}) {
                expect_round_trip({.validator = validator,
                                   .body = body,
                                   .origin_time = at_ns(1'700'000'000'123'456'789),
                                   .fresh_until = at_ns(1'700'000'001'000'000'000)});
            }
        }
        expect_round_trip({.absent = true, .validator = validator, .origin_time = at_ns(5)});
    }
    expect_round_trip({.body = "1", .origin_time = at_ns(-1), .fresh_until = WallTime::max()});
    expect_round_trip({.body = "1", .origin_time = WallTime::min(), .fresh_until = at_ns(0)});
}

// A change of these bytes is a new format version.
TEST(Envelope, HasThisLayout) {
    std::string bytes = sealed({.validator = "v1",
                                .body = "{}",
                                .origin_time = at_ns(0x0102),
                                .fresh_until = WallTime::max()});
    const std::string expected(
        "\xA5S\x01\x00"
        "\x12\xd9\x9b\x51\xd2\x96\x13\xf6"
        "\xef\xcd\xab\x89\x67\x45\x23\x01"
        "\x02\x01\x00\x00\x00\x00\x00\x00"
        "\xff\xff\xff\xff\xff\xff\xff\x7f"
        "\x02\x00\x00\x00"
        "\x02\x00\x00\x00\x00\x00\x00\x00"
        "v1{}",
        52);
    EXPECT_EQ(testing::PrintToString(bytes), testing::PrintToString(expected));
    reseal(bytes);
    EXPECT_EQ(bytes, expected) << "the fixture's seal is another";
    EXPECT_EQ(envelope_fingerprint(ValueKind::object, "gb/ENG"), 3646179304048570589U);
}

TEST(Envelope, PacksWhatBecomesSmaller) {
    const auto size_of = [](const std::string& body, const EnvelopeOptions& options) {
        return sealed({.body = body}, options).size() - kEnvelopeHeadBytes;
    };
    EXPECT_EQ(size_of(compressible(4095), {}), 4095U);
    EXPECT_LT(size_of(compressible(4096), {}), 400U);
    EXPECT_EQ(size_of(noise(4096), {}), 4096U);
    EXPECT_EQ(size_of(noise(1 << 20), {}), 1U << 20);
    EXPECT_EQ(size_of(compressible(1 << 20), {.compress_from_bytes = 0}), 1U << 20);
    EXPECT_EQ(size_of("", {.compress_from_bytes = 1}), 0U);
    EXPECT_EQ(size_of("x", {.compress_from_bytes = 1}), 1U);
    EXPECT_LE(size_of(compressible(1 << 16), {.compression_level = 9}),
              size_of(compressible(1 << 16), {}));
}

TEST(Envelope, TheReadersBufferIsReused) {
    const std::string large = compressible(1 << 20);
    const std::string small = compressible(5000);
    EnvelopeReader reader;
    for (const std::string& body : {large, small, std::string("1"), large}) {
        const std::string bytes = sealed({.body = body});
        const auto read = reader.read(bytes, kFingerprint, kMaxBody);
        ASSERT_TRUE(read.has_value());
        EXPECT_TRUE(read->body == body);
    }
}

std::vector<std::string> samples() {
    const std::string packed = compressible(5000);
    return {
        sealed({.validator = "\"etag\"", .body = R"({"code":"GB"})", .origin_time = at_ns(1)}),
        sealed({.body = ""}),
        sealed({.validator = "v", .body = packed, .origin_time = at_ns(1)}),
        sealed({.absent = true, .origin_time = at_ns(1), .fresh_until = at_ns(2)}),
    };
}

TEST(Envelope, AFlippedBitNeverPasses) {
    for (const std::string& good : samples()) {
        for (std::size_t at = 0; at < good.size(); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                std::string bad = good;
                bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                const bool newer = at == kVersionAt && bad[at] != 0;
                EXPECT_EQ(error_of(bad), newer ? Errc::unsupported : Errc::corrupt)
                    << "byte " << at << " bit " << bit;
            }
        }
    }
}

TEST(Envelope, ACutOrLongerOneNeverPasses) {
    for (const std::string& good : samples()) {
        for (std::size_t size = 0; size < good.size(); ++size) {
            EXPECT_EQ(error_of(good.substr(0, size)), Errc::corrupt) << size;
        }
        EXPECT_EQ(error_of(good + '\0'), Errc::corrupt);
        EXPECT_EQ(error_of(good + good), Errc::corrupt);
        EXPECT_EQ(error_of(good.substr(1)), Errc::corrupt);
    }
    for (const char* other :
         {"", "{}", "OK", R"({"code":"GB","name":"United Kingdom","x":[1,2]})"}) {
        EXPECT_EQ(error_of(other), Errc::corrupt);
    }
}

TEST(Envelope, OfAnotherKeyIsCorrupt) {
    std::string bytes = sealed({.body = "1"});
    EnvelopeReader reader;
    const auto read = reader.read(bytes, kFingerprint + 1, kMaxBody);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Errc::corrupt);
    set_number(bytes, kFingerprintAt, std::uint64_t{7});
    reseal(bytes);
    EXPECT_EQ(error_of(bytes), Errc::corrupt);
}

TEST(Envelope, OfANewerFormatIsUnsupported) {
    for (const int version : {2, 3, 127, 128, 255}) {
        std::string bytes = sealed({.body = "1"});
        bytes[kVersionAt] = static_cast<char>(version);
        EXPECT_EQ(error_of(bytes), Errc::unsupported) << version;
        reseal(bytes);
        EXPECT_EQ(error_of(bytes), Errc::unsupported) << version;
    }
    std::string bytes = sealed({.body = "1"});
    bytes[kVersionAt] = 0;
    reseal(bytes);
    EXPECT_EQ(error_of(bytes), Errc::corrupt);
}

TEST(Envelope, OverTheLimitIsTooLarge) {
    for (const std::string& body : {compressible(5000), noise(5000), compressible(100)}) {
        const std::string bytes = sealed({.body = body});
        EXPECT_EQ(error_of(bytes, body.size() - 1), Errc::too_large);
        EXPECT_EQ(error_of(bytes, 0), Errc::too_large);
        EnvelopeReader reader;
        EXPECT_TRUE(reader.read(bytes, kFingerprint, body.size()).has_value());
    }
}

// Sizes and flags that lie though the checksum is right: a writer gone wrong.
TEST(Envelope, LiesAreFoundBehindTheChecksum) {
    const std::string packed_body = compressible(5000);
    const std::string plain = sealed({.validator = "vv", .body = "body"});
    const std::string packed = sealed({.validator = "vv", .body = packed_body});
    const std::string absent = sealed({.absent = true});
    const auto lie = [](std::string bytes, std::size_t at, auto number) {
        set_number(bytes, at, number);
        reseal(bytes);
        return bytes;
    };
    const auto expect_corrupt = [](const std::string& bytes, const char* what) {
        EXPECT_EQ(error_of(bytes), Errc::corrupt) << what;
    };
    for (const std::uint64_t size : {0, 3, 5}) {
        expect_corrupt(lie(plain, kBodyBytesAt, size), "size of a plain body");
    }
    for (const std::uint64_t size : {0, 1, 4999, 5001, 4 << 20}) {
        expect_corrupt(lie(packed, kBodyBytesAt, size), "size of a packed body");
    }
    for (const std::uint32_t size : {0U, 1U, 3U, 6U, 7U, 0xffffffffU}) {
        expect_corrupt(lie(plain, kValidatorBytesAt, size), "size of a plain one's validator");
        expect_corrupt(lie(packed, kValidatorBytesAt, size), "size of a packed one's validator");
    }
    constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(error_of(lie(plain, kBodyBytesAt, kHuge)), Errc::too_large);
    EXPECT_EQ(error_of(lie(packed, kBodyBytesAt, kHuge), kHuge), Errc::corrupt);
    expect_corrupt(lie(plain, kFlagsAt, kPacked), "plain body called packed");
    expect_corrupt(lie(packed, kFlagsAt, char{0}), "packed body called plain");
    expect_corrupt(lie(plain, kFlagsAt, kAbsent), "absent with a body");
    expect_corrupt(lie(absent, kFlagsAt, char(kAbsent | kPacked)), "absent and packed");
    expect_corrupt(lie(sealed({}), kFlagsAt, kPacked), "nothing, packed");
    for (const int flag : {4, 8, 64, 128}) {
        expect_corrupt(lie(plain, kFlagsAt, static_cast<char>(flag)), "unknown flag");
    }
}

TEST(Envelope, ABrokenFrameBehindTheChecksumIsCorrupt) {
    const std::string body = compressible(5000);
    const std::string packed = sealed({.body = body});
    std::string two = packed + packed.substr(kEnvelopeHeadBytes);
    reseal(two);
    EXPECT_EQ(error_of(two), Errc::corrupt);
    EnvelopeReader reader;
    for (std::size_t at = kEnvelopeHeadBytes; at < packed.size(); ++at) {
        std::string bad = packed;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        reseal(bad);
        // It may unpack, to something of the stated size; it must not overrun anything.
        const auto read = reader.read(bad, kFingerprint, kMaxBody);
        if (read) EXPECT_EQ(read->body.size(), body.size());
        std::string cut = packed.substr(0, at);
        reseal(cut);
        EXPECT_EQ(error_of(cut), Errc::corrupt);
    }
}

TEST(Envelope, FingerprintsTellKindsAndKeysApart) {
    std::set<std::uint64_t> seen;
    for (const ValueKind kind :
         {ValueKind::object, ValueKind::versioned_object, ValueKind::index_entry}) {
        for (const std::string& key : {std::string(), std::string("a"), std::string("b"),
                                       std::string("a\0", 2), noise(300)}) {
            seen.insert(envelope_fingerprint(kind, key));
            EXPECT_NE(envelope_fingerprint(kind, key), hash_bytes(key));
        }
    }
    EXPECT_EQ(seen.size(), 15U);
}

}  // namespace
}  // namespace aside::wire
