// Frames of every type, whole and in pieces; the limits; what is not RESP.
#include "wire/resp.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "wire/resp_fixture.h"

namespace aside::wire {
namespace {

// Whole, one byte at a time, and cut in two everywhere: the same frames, or equally broken.
RespRead read_every_way(const std::string& stream, RespLimits limits = {}) {
    const auto whole = read_in_pieces(stream, limits, [&] { return stream.size(); });
    const auto same = [&](const RespRead& other, std::size_t cut) {
        EXPECT_EQ(whole.frames, other.frames) << testing::PrintToString(stream) << " at " << cut;
        EXPECT_EQ(whole.broken, other.broken) << testing::PrintToString(stream) << " at " << cut;
        EXPECT_EQ(whole.left_bytes, other.left_bytes) << testing::PrintToString(stream);
    };
    same(read_in_pieces(stream, limits, [] { return 1; }), 0);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        same(read_in_pieces(
                 stream, limits,
                 [&, next = cut]() mutable { return std::exchange(next, stream.size()); }),
             cut);
    }
    return whole;
}

struct Case {
    std::string stream;
    std::vector<std::string> frames;
};

TEST(Resp, EveryTypeHoweverItArrives) {
    const std::vector<Case> cases = {
        {"+OK\r\n", {"+OK"}},
        {"+\r\n", {"+"}},
        {"+QUEUED\r\n", {"+QUEUED"}},
        {"-ERR no such thing\r\n", {"-ERR no such thing"}},
        {"!6\r\nERR\r\nx\r\n", {"-ERR\r\nx"}},
        {":0\r\n", {":0=0"}},
        {":+12\r\n", {":12=+12"}},
        {":9223372036854775807\r\n", {":9223372036854775807=9223372036854775807"}},
        {":-9223372036854775808\r\n", {":-9223372036854775808=-9223372036854775808"}},
        {"$5\r\nhello\r\n", {"$hello"}},
        {"$0\r\n\r\n", {"$"}},
        {"$4\r\n\r\n\r\n\r\n", {"$\r\n\r\n"}},
        {"$12\r\n$5\r\nhello\r\n.\r\n", {"$$5\r\nhello\r\n."}},
        {"=8\r\ntxt:Some\r\n", {"$Some"}},
        {"=4\r\nmkd:\r\n", {"$"}},
        {"$-1\r\n", {"nil"}},
        {"*-1\r\n", {"nil"}},
        {"_\r\n", {"nil"}},
        {",1.23\r\n", {",1.23"}},
        {",10\r\n", {",10"}},
        {",+1e-5\r\n", {",+1e-5"}},
        {",1e999\r\n", {",1e999"}},
        {",inf\r\n,-inf\r\n,nan\r\n", {",inf", ",-inf", ",nan"}},
        {"#t\r\n#f\r\n", {"#1", "#0"}},
        {"(3492890328409238509324850943850943825024385\r\n(-1\r\n",
         {"(3492890328409238509324850943850943825024385", "(-1"}},
        {"*0\r\n%0\r\n~0\r\n>0\r\n", {"[]", "{}", "~[]", ">[]"}},
        {"*2\r\n$1\r\na\r\n:7\r\n", {"[$a :7=7]"}},
        {"%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n_\r\n", {"{+a :1=1 +b [nil]}"}},
        {"~3\r\n#t\r\n,2\r\n$-1\r\n", {"~[#1 ,2 nil]"}},
        {">2\r\n$10\r\ninvalidate\r\n_\r\n", {">[$invalidate nil]"}},
    };
    for (const auto& [stream, frames] : cases) {
        const auto read = read_every_way(stream);
        EXPECT_FALSE(read.broken) << read.problem << ": " << stream;
        EXPECT_EQ(read.frames, frames);
        EXPECT_EQ(read.left_bytes, 0U);
    }
}

TEST(Resp, AggregatesInAggregates) {
    const auto read = read_every_way(
        "*3\r\n*2\r\n:0\r\n*0\r\n%1\r\n~1\r\n+k\r\n*2\r\n*1\r\n_\r\n$2\r\nxy\r\n*0\r\n+OK\r\n");
    EXPECT_EQ(read.frames, (std::vector<std::string>{"[[:0=0 []] {~[+k] [[nil] $xy]} []]", "+OK"}));
}

TEST(Resp, ChildrenAreFoundByNumber) {
    RespReader reader;
    const std::string_view frame = "*4\r\n*2\r\n:1\r\n:2\r\n*0\r\n+x\r\n_\r\n";
    ASSERT_EQ(reader.read(frame), RespReader::Result::frame);
    const auto& root = reader.root();
    EXPECT_EQ(root.count, 4U);
    EXPECT_EQ(root.skip, 7U);
    EXPECT_EQ(child(root, 0)->count, 2U);
    EXPECT_EQ(child(*child(root, 0), 1)->number, 2);
    EXPECT_EQ(child(*child(root, 0), 2), nullptr);
    EXPECT_EQ(child(root, 1)->type, RespType::array);
    EXPECT_EQ(child(*child(root, 1), 0), nullptr);
    EXPECT_EQ(child(root, 2)->text, "x");
    EXPECT_EQ(child(root, 3)->type, RespType::null);
    EXPECT_EQ(child(root, 4), nullptr);
    EXPECT_EQ(child(*child(root, 2), 0), nullptr);
}

TEST(Resp, PushesComeBetweenReplies) {
    const std::string push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    const auto read = read_every_way(push + "$1\r\na\r\n" + push + push + "$-1\r\n*1\r\n:1\r\n");
    const std::string pushed = ">[$invalidate [$k]]";
    EXPECT_EQ(read.frames,
              (std::vector<std::string>{pushed, "$a", pushed, pushed, "nil", "[:1=1]"}));
}

TEST(Resp, AttributesAreLeftOut) {
    const std::string attribute = "|1\r\n+ttl\r\n*2\r\n:3\r\n:4\r\n";
    for (const Case& it : std::vector<Case>{
             {attribute + "$1\r\na\r\n", {"$a"}},
             {"|0\r\n" + attribute + "_\r\n+OK\r\n", {"nil", "+OK"}},
             {"*2\r\n" + attribute + ":1\r\n" + attribute + ":2\r\n", {"[:1=1 :2=2]"}},
             {"*1\r\n" + attribute + "*0\r\n+x\r\n", {"[[]]", "+x"}},
             {"|1\r\n|1\r\n+a\r\n+b\r\n+c\r\n+d\r\n*1\r\n+e\r\n", {"[+e]"}},
             {attribute + ">1\r\n+m\r\n", {">[+m]"}},
             {"%1\r\n" + attribute + "+k\r\n" + attribute + "+v\r\n", {"{+k +v}"}},
         }) {
        const auto read = read_every_way(it.stream);
        EXPECT_EQ(read.frames, it.frames) << read.problem;
        EXPECT_FALSE(read.broken);
    }
    EXPECT_EQ(read_every_way(attribute).left_bytes, attribute.size());
}

TEST(Resp, BrokenStreamsAreBrokenHoweverTheyArrive) {
    for (const auto& [stream, problem] : std::vector<std::array<std::string, 2>>{
             {"?", "unknown type"},
             {"HTTP/1.1 400 Bad Request\r\n", "unknown type"},
             {"\r\n", "unknown type"},
             {std::string("\x15\x03\x01", 3), "unknown type"},  // a TLS alert
             {"*1\r\n;1\r\n", "unknown type"},
             {"+OK\n", "line feed"},
             {"+O\nK\r\n", "line feed"},
             {"+OK\r \n", "return without"},
             {"+OK\r\r\n", "return without"},
             {"$\r\n", "length of a string"},
             {"$-2\r\n", "length of a string"},
             {"$-0\r\n", "length of a string"},
             {"$+1\r\na\r\n", "length of a string"},
             {"$01\r\na\r\n", "length of a string"},
             {"$00\r\n\r\n", "length of a string"},
             {"$1x\r\na\r\n", "length of a string"},
             {"$ 1\r\na\r\n", "length of a string"},
             {"$99999999999999999999\r\n", "length of a string"},
             {"$18446744073709551615\r\n", "too large"},
             {"$123456789012345678901", "line too long"},
             {"$3\r\nabcd\r\n", "longer than its length"},
             {"$3\r\nabc\n\r", "longer than its length"},
             {"$-1\n\r", "line feed"},
             {"!-1\r\n", "length of a string"},
             {"=-1\r\n", "length of a string"},
             {"=3\r\ntxt\r\n", "verbatim"},
             {"=5\r\ntxtSo\r\n", "verbatim"},
             {"$?\r\n", "streamed"},
             {"*?\r\n", "streamed"},
             {"%?\r\n", "streamed"},
             {">?\r\n", "streamed"},
             {"*-2\r\n", "length of an aggregate"},
             {"%-1\r\n", "length of an aggregate"},
             {"~-1\r\n", "length of an aggregate"},
             {"*\r\n", "length of an aggregate"},
             {"*1a\r\n", "length of an aggregate"},
             {"*18446744073709551615\r\n", "too many"},
             {"%9223372036854775809\r\n", "too many"},
             {":\r\n", "integer"},
             {":1.5\r\n", "integer"},
             {":+-1\r\n", "integer"},
             {":9223372036854775808\r\n", "integer"},
             {":123456789012345678901\r\n", "line too long"},
             {"_x\r\n", "null"},
             {"#\r\n", "boolean"},
             {"#x\r\n", "boolean"},
             {"#tt\r\n", "boolean"},
             {",\r\n", "real"},
             {",1.5x\r\n", "real"},
             {",one\r\n", "real"},
             {"(\r\n", "big number"},
             {"(-\r\n", "big number"},
             {"(12a\r\n", "big number"},
             {"*2\r\n:1\r\n>1\r\n+m\r\n", "push inside"},
             {"|1\r\n+k\r\n>0\r\n", "push inside"},
         }) {
        const auto read = read_every_way(stream);
        EXPECT_TRUE(read.broken) << testing::PrintToString(stream);
        EXPECT_NE(read.problem.find(problem), std::string::npos)
            << testing::PrintToString(stream) << ": " << read.problem;
    }
}

TEST(Resp, WhatIsBrokenStaysSo) {
    RespReader reader;
    EXPECT_EQ(reader.read("?"), RespReader::Result::broken);
    EXPECT_EQ(reader.read("+OK\r\n"), RespReader::Result::broken);
    EXPECT_EQ(reader.problem(), "unknown type");
}

TEST(Resp, FramesBeforeABrokenOneAreGiven) {
    const auto read = read_every_way("$1\r\na\r\n+OK\r\n$1\r\nab\r\n");
    EXPECT_EQ(read.frames, (std::vector<std::string>{"$a", "+OK"}));
    EXPECT_TRUE(read.broken);
}

struct Edge {
    RespLimits limits;
    std::string passes, breaks, problem;
};

TEST(Resp, LimitsAreExact) {
    const std::string ten(10, 'x');
    for (const Edge& edge : std::vector<Edge>{
             {{.depth = 2}, "*1\r\n*1\r\n:1\r\n", "*1\r\n*1\r\n*0\r\n", "deep"},
             {{.depth = 2}, "*1\r\n*0\r\n", "|1\r\n+a\r\n*1\r\n*0\r\n+b\r\n", "deep"},
             {{.depth = 0}, "$1\r\na\r\n", "*0\r\n", "deep"},
             {{.nodes = 4}, "*3\r\n:1\r\n:2\r\n:3\r\n", "*4\r\n", "many"},
             {{.nodes = 4}, "*1\r\n%1\r\n:1\r\n:2\r\n", "*2\r\n%1\r\n", "many"},
             {{.nodes = 4}, "|1\r\n+a\r\n+b\r\n+c\r\n", "|2\r\n", "many"},
             // Attributes that ended count no more.
             {{.nodes = 4},
              "|1\r\n+a\r\n+b\r\n|1\r\n+a\r\n+b\r\n*3\r\n:1\r\n:2\r\n:3\r\n",
              "*2\r\n|1\r\n",
              "many"},
             {{.frame_bytes = 11}, "$5\r\nhello\r\n", "$6\r\n", "large"},
             {{.frame_bytes = 11}, "*1\r\n:1234\r\n", "*1\r\n:12345\r", "large"},
             {{.frame_bytes = 11}, "+12345678\r\n", "+123456789\r", "large"},
             {{.frame_bytes = 11}, "!5\r\nhello\r\n", "*1\r\n$2\r\n", "large"},
             {{.line_bytes = 10}, '+' + ten + "\r\n", '+' + ten + 'x', "long"},
             {{.line_bytes = 10}, '-' + ten + "\r\n", '-' + ten + "x\r\n", "long"},
             {{.line_bytes = 1}, "+O\r\n", "+OK\r\n", "long"},
             // A bulk string is no line.
             {{.line_bytes = 9}, "$10\r\n" + ten + "\r\n", '+' + ten, "long"},
         }) {
        const auto passed = read_every_way(edge.passes, edge.limits);
        EXPECT_FALSE(passed.broken) << edge.passes << ": " << passed.problem;
        EXPECT_EQ(passed.frames.size(), 1U) << edge.passes;
        const auto broke = read_every_way(edge.breaks, edge.limits);
        EXPECT_TRUE(broke.broken) << edge.breaks;
        EXPECT_NE(broke.problem.find(edge.problem), std::string::npos) << broke.problem;
    }
}

TEST(Resp, SaysHowMuchALargeStringWants) {
    RespReader reader;
    const std::string frame = "*2\r\n$5\r\nhello\r\n$1000\r\n" + std::string(1000, 'x') + "\r\n";
    EXPECT_EQ(reader.read(""), RespReader::Result::more);
    EXPECT_EQ(reader.wanted_bytes(), 1U);
    EXPECT_EQ(reader.read(frame.substr(0, 5)), RespReader::Result::more);
    EXPECT_EQ(reader.wanted_bytes(), 6U);
    EXPECT_EQ(reader.read(frame.substr(0, 30)), RespReader::Result::more);
    EXPECT_EQ(reader.wanted_bytes(), frame.size());
    EXPECT_EQ(reader.read(frame.substr(0, frame.size() - 1)), RespReader::Result::more);
    EXPECT_EQ(reader.wanted_bytes(), frame.size());
    EXPECT_EQ(reader.read(frame), RespReader::Result::frame);
    EXPECT_EQ(reader.frame_bytes(), frame.size());
    EXPECT_EQ(reader.read("$70000\r\n"), RespReader::Result::more);
    EXPECT_EQ(reader.wanted_bytes(), 8U + 70000 + 2);
}

TEST(Resp, AHugePromiseTakesNoMemory) {
    RespReader reader({.nodes = 0xffffffff, .frame_bytes = ~0ULL});
    EXPECT_EQ(reader.read("*4294967294\r\n"), RespReader::Result::more);
    EXPECT_EQ(reader.nodes().size(), 1U);
}

TEST(Resp, AQuickReplyAfterALargeOneStandsAlone) {
    RespReader reader;
    std::string large = "*10000\r\n";
    for (int i = 0; i < 10'000; ++i) large += ":1\r\n";
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(reader.read(large), RespReader::Result::frame);
        EXPECT_EQ(reader.nodes().size(), 10'001U);
        ASSERT_EQ(reader.read("$1\r\na\r\n"), RespReader::Result::frame);
        EXPECT_EQ(reader.nodes().size(), 1U);
        EXPECT_EQ(reader.root().skip, 1U);
        EXPECT_EQ(reader.root().count, 0U);
    }
}

TEST(Resp, CommandsAreArraysOfStrings) {
    std::string out = "before";
    append_resp_command(out, std::array<std::string_view, 2>{"GET", "key"});
    EXPECT_EQ(out, "before*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    out.clear();
    append_resp_command(out, std::array<std::string_view, 1>{"PING"});
    append_resp_command(out, {});
    EXPECT_EQ(out, "*1\r\n$4\r\nPING\r\n*0\r\n");
    out.clear();
    const std::string binary("a\0\r\n$", 5);
    const std::string large(12'345, 'v');
    append_resp_command(out, std::array<std::string_view, 4>{"SET", binary, "", large});
    EXPECT_EQ(out,
              "*4\r\n$3\r\nSET\r\n$5\r\n" + binary + "\r\n$0\r\n\r\n$12345\r\n" + large + "\r\n");
    EXPECT_EQ(read_in_pieces(out, {}, [] { return 100; }).frames,
              (std::vector<std::string>{"[$SET $" + binary + " $ $" + large + "]"}));
}

TEST(Resp, CommandsGrowTheBufferSeldom) {
    std::string out;
    std::size_t grown = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto capacity = out.capacity();
        append_resp_command(out, std::array<std::string_view, 2>{"GET", "some:key"});
        grown += out.capacity() != capacity ? 1 : 0;
    }
    EXPECT_LE(grown, 20U);
}

}  // namespace
}  // namespace aside::wire
