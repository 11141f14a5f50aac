#include "wire/http_body.h"

#include <string>

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

constexpr std::uint64_t kLimit = 100;

RequestHead chunked() {
    RequestHead head;
    head.chunked = true;
    return head;
}

struct Outcome {
    unsigned status = 0;  // 0: not refused
    bool done = false;
    std::string body;
    std::string left;
    bool operator==(const Outcome&) const = default;
};

// Feeds pieces of `step` bytes.
Outcome decode(const RequestHead& head, const std::string& bytes, std::size_t step) {
    BodyDecoder decoder(head, kLimit);
    auto first = decoder.feed({});
    if (!first) return {first.error().status, false, {}, {}};
    std::size_t at = 0;
    while (at < bytes.size() && !decoder.done()) {
        const std::size_t size = std::min(step, bytes.size() - at);
        auto used = decoder.feed(std::string_view(bytes).substr(at, size));
        if (!used) return {used.error().status, false, {}, {}};
        at += *used;
    }
    const bool done = decoder.done();
    return {0, done, decoder.take(), bytes.substr(at)};
}

Outcome decode_every_way(const RequestHead& head, const std::string& bytes) {
    const Outcome whole = decode(head, bytes, bytes.size());
    for (const std::size_t step : {1, 2, 3, 7})
        EXPECT_EQ(decode(head, bytes, step), whole) << bytes << " by " << step;
    return whole;
}

TEST(BodyDecoder, CountsALength) {
    RequestHead head;
    EXPECT_TRUE(BodyDecoder(head, kLimit).done());
    head.content_length = 5;
    EXPECT_EQ(decode_every_way(head, "helloGET"), (Outcome{0, true, "hello", "GET"}));
    EXPECT_EQ(decode_every_way(head, "hel"), (Outcome{0, false, "hel", ""}));
    head.content_length = kLimit + 1;
    EXPECT_EQ(decode_every_way(head, "").status, 413u);
}

TEST(BodyDecoder, JoinsChunks) {
    EXPECT_EQ(decode_every_way(chunked(), "5\r\nhello\r\n00A\r\n, world!!!\r\n0\r\n\r\nGET"),
              (Outcome{0, true, "hello, world!!!", "GET"}));
    EXPECT_EQ(decode_every_way(chunked(), "0\r\n\r\n"), (Outcome{0, true, "", ""}));
    EXPECT_EQ(
        decode_every_way(chunked(), "1;a=b;c=\"d\"\r\nx\r\n000;e\r\nTrailer: 1\r\nX:\r\n\r\nG"),
        (Outcome{0, true, "x", "G"}));
    EXPECT_EQ(
        decode_every_way(chunked(), "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n").body.size(),
        100u);
}

TEST(BodyDecoder, IsNotDoneBeforeTheEnd) {
    const std::string whole = "5\r\nhello\r\n0\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Outcome outcome = decode_every_way(chunked(), whole.substr(0, size));
        EXPECT_FALSE(outcome.done) << size;
        EXPECT_EQ(outcome.status, 0u) << size;
    }
}

TEST(BodyDecoder, RefusesWhatTwoPartiesCouldReadDifferently) {
    for (const char* bytes : {"g\r\n",
                              "\r\n",
                              " 5\r\nhello\r\n",
                              "5 \r\nhello\r\n",
                              "+5\r\nhello\r\n",
                              "-5\r\n",
                              "0x5\r\nhello\r\n",
                              "5\nhello\r\n",
                              "5\rhello",
                              "5\r\nhelloX",
                              "5\r\nhello\n",
                              "5\r\nhello\rX",
                              "5\r\nhello\r\n\r\n",
                              "5;a\nb\r\nhello\r\n",
                              "5;a\rb",
                              "0\r\nbad\r\n\r\n",
                              "0\r\n folded: x\r\n\r\n",
                              "0\r\na b: x\r\n",
                              "0\r\n:x\r\n",
                              "0\r\na: x\n\r\n",
                              "0\r\n\rX",
                              "0\n\n",
                              "5;\x01\r\n",
                              ";a\r\n"}) {
        EXPECT_EQ(decode_every_way(chunked(), bytes).status, 400u) << bytes;
    }
}

TEST(BodyDecoder, Limits) {
    EXPECT_EQ(decode_every_way(chunked(), "65\r\n").status, 413u);
    EXPECT_EQ(decode_every_way(chunked(), "32\r\n" + std::string(50, 'x') + "\r\n33\r\n").status,
              413u);
    EXPECT_EQ(decode_every_way(chunked(), "FFFFFFFFFFFFFFFF\r\n").status, 413u);
    EXPECT_EQ(decode_every_way(chunked(), "10000000000000005\r\nhello\r\n").status, 413u);
    EXPECT_EQ(decode_every_way(chunked(), "00000000000000005\r\nhello\r\n").status, 413u);
    EXPECT_EQ(decode_every_way(chunked(), "1;" + std::string(9000, 'x')).status, 413u);
    EXPECT_EQ(decode_every_way(chunked(), "0\r\na:" + std::string(9000, 'x')).status, 413u);
    std::string dribble;  // many small extensions
    for (int chunk = 0; chunk < 90; ++chunk) dribble += "1;" + std::string(100, 'x') + "\r\ny\r\n";
    EXPECT_EQ(decode_every_way(chunked(), dribble).status, 413u);
}

TEST(BodyDecoder, StaysRefused) {
    BodyDecoder decoder(chunked(), kLimit);
    EXPECT_FALSE(decoder.feed("x"));
    EXPECT_FALSE(decoder.feed("0\r\n\r\n"));
    EXPECT_FALSE(decoder.done());
}

}  // namespace
}  // namespace aside::wire
