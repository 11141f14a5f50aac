#include "lab/load/answer_head.h"

#include <gtest/gtest.h>

namespace aside::lab::load {
namespace {

HeadScan scan(std::string_view bytes) {
    AnswerHead head;
    return scan_answer_head(bytes, head);
}

constexpr std::string_view kUsual =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1024\r\nAge: 12\r\n"
    "Cache-Status: aside; hit; detail=\"l1=3,l2=1,origin=0\"\r\n\r\n";

TEST(AnswerHead, AsAsideSays) {
    AnswerHead head;
    ASSERT_EQ(scan_answer_head(std::string(kUsual) + "body", head), HeadScan::whole);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.head_bytes, kUsual.size());
    EXPECT_EQ(head.body_bytes, 1024U);
    EXPECT_EQ(head.age_s, 12);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_TRUE(head.sources.told);
    EXPECT_EQ(head.sources.l1, 3U);
    EXPECT_EQ(head.sources.l2, 1U);
    EXPECT_EQ(head.sources.origin, 0U);
}

TEST(AnswerHead, EachPrefixIsIncomplete) {
    for (std::size_t size = 0; size < kUsual.size(); ++size) {
        EXPECT_EQ(scan(kUsual.substr(0, size)), HeadScan::incomplete) << size;
    }
}

TEST(AnswerHead, WhatIsUnusualIsLeftToTheStrictReader) {
    for (const std::string_view bytes :
         {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 1\n\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n folded\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
          "HTTP/1.1 200OK\r\nContent-Length: 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\n"}) {
        EXPECT_EQ(scan(bytes), HeadScan::odd) << bytes;
    }
}

TEST(AnswerHead, WhatIsNotHttpIsSeenAtOnce) {
    EXPECT_EQ(scan("S"), HeadScan::not_http);
    EXPECT_EQ(scan("HTTX"), HeadScan::not_http);
    EXPECT_EQ(scan("ICY 200 OK\r\n\r\n"), HeadScan::not_http);
    EXPECT_EQ(scan("HTTP/1."), HeadScan::incomplete);
    EXPECT_EQ(scan("HTTP/2"), HeadScan::not_http);
}

TEST(AnswerHead, SomeStatusesHaveNoBody) {
    for (const std::string_view status : {"204 No Content", "304 Not Modified"}) {
        AnswerHead head;
        const std::string bytes =
            "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 7\r\n\r\n";
        ASSERT_EQ(scan_answer_head(bytes, head), HeadScan::whole);
        EXPECT_EQ(head.all_bytes(), bytes.size());
    }
}

TEST(AnswerHead, NamesAreOfAnyCaseAndTheConnectionMayEnd) {
    AnswerHead head;
    ASSERT_EQ(scan_answer_head(
                  "HTTP/1.1 503 Busy\r\nCONTENT-length:\t5 \r\nconnection: Close\r\n\r\n", head),
              HeadScan::whole);
    EXPECT_EQ(head.body_bytes, 5U);
    EXPECT_FALSE(head.keep_alive);
    EXPECT_FALSE(head.sources.told);
    EXPECT_EQ(head.age_s, -1);
}

TEST(AnswerHead, SourcesOfOtherCachesAreNotOurs) {
    EXPECT_FALSE(parse_sources("nginx; hit").told);
    EXPECT_FALSE(parse_sources("x; detail=\"cold\"").told);
    EXPECT_FALSE(parse_sources("x; detail=\"l1=many\"").told);
    EXPECT_EQ(parse_sources("a; detail=\"origin=2,other,l2=4").l2, 4U);
    EXPECT_EQ(parse_age("1x"), -1);
    EXPECT_EQ(parse_age("-1"), -1);
}

}  // namespace
}  // namespace aside::lab::load
