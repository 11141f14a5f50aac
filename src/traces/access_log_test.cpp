#include "traces/access_log.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "traces/memory_source.h"

namespace aside::traces {
namespace {

struct Read {
    std::vector<std::string> records;  // "time/key/size/op"
    std::string error;
    std::uint64_t passed_over = 0;
    std::string format;
};

Read read_all(std::string text) {
    Read read;
    auto reader = open_trace(std::make_unique<MemorySource>(std::move(text)));
    if (!reader) return {.error = to_string(reader.error())};
    Record record;
    while (true) {
        auto more = (*reader)->next(record);
        if (!more) read.error = to_string(more.error());
        if (!more || !*more) break;
        read.records.push_back(std::to_string(record.time_ms) + "/" + std::string(record.key) +
                               "/" + std::to_string(record.size_bytes) + "/" +
                               (record.operation == Operation::write ? "w" : "r"));
    }
    read.passed_over = (*reader)->passed_over();
    read.format = (*reader)->format();
    return read;
}

using Records = std::vector<std::string>;

const std::string kCommon =
    R"(127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326)"
    "\n";

// The example of S3's user guide, with another key.
std::string s3_line(const std::string& operation, const std::string& key, const std::string& status,
                    const std::string& size) {
    return "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be awsexamplebucket1 "
           "[06/Feb/2019:00:00:38 +0000] 192.0.2.3 "
           "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE " +
           operation + " " + key + " \"GET /awsexamplebucket1/" + key + " HTTP/1.1\" " + status +
           " - 113 " + size +
           " 7 5 \"-\" \"S3Console/0.4\" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/"
           "eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader "
           "awsexamplebucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -\n";
}

TEST(AccessLog, ReadsTheCommonFormat) {
    const Read read = read_all(kCommon);
    EXPECT_EQ(read.records, Records{"0//apache_pb.gif/2326/r"});
    EXPECT_EQ(read.format, "access log");
}

TEST(AccessLog, ReadsTheCombinedFormatAndItsTimes) {
    const Read read = read_all(
        kCommon +
        R"(::1 - - [10/Oct/2000:22:55:38 +0200] "GET /a?b=\"c\" HTTP/1.1" 304 - "https://x/" "a \"b\"")"
        "\n");
    EXPECT_EQ(read.records, (Records{"0//apache_pb.gif/2326/r", "2000//a?b=\\\"c\\\"/0/r"}));
}

TEST(AccessLog, WhatIsNoReadIsPassedOver) {
    const Read read =
        read_all(kCommon + R"(h - - [10/Oct/2000:13:55:37 -0700] "POST /a HTTP/1.1" 200 5)"
                           "\n"
                           R"(h - - [10/Oct/2000:13:55:37 -0700] "GET /gone HTTP/1.1" 404 5)"
                           "\n"
                           R"(h - - [10/Oct/2000:13:55:37 -0700] "\x16\x03\x01" 400 150)"
                           "\n\n"
                           R"(h - - [10/Oct/2000:13:55:37 -0700] "-" 408 -)"
                           "\n");
    EXPECT_EQ(read.records.size(), 1U);
    EXPECT_EQ(read.passed_over, 4U);
    EXPECT_EQ(read.error, "");
}

TEST(AccessLog, ReadsS3sLog) {
    const Read read = read_all(s3_line("REST.GET.OBJECT", "gb/ENG", "200", "4406") +
                               s3_line("REST.PUT.OBJECT", "gb/WLS", "200", "77") +
                               s3_line("REST.GET.OBJECT", "gone", "404", "-") +
                               s3_line("REST.GET.VERSIONING", "-", "200", "-") +
                               s3_line("S3.EXPIRE.OBJECT", "old", "-", "9"));
    EXPECT_EQ(read.records, (Records{"0/gb/ENG/4406/r", "0/gb/WLS/77/w"}));
    EXPECT_EQ(read.passed_over, 3U);
    EXPECT_EQ(read.format, "S3 server access log");
}

TEST(AccessLog, ALastLineThatWasCutOffIsPassedOverAndNoOther) {
    const Read cut = read_all(kCommon + kCommon.substr(0, 40));
    EXPECT_EQ(cut.records.size(), 1U);
    EXPECT_EQ(cut.passed_over, 1U);
    EXPECT_EQ(cut.error, "");
    EXPECT_EQ(read_all(kCommon + "what is this\n").error,
              "bad_input: line 2 is none of an access log");
    EXPECT_EQ(read_all(kCommon + "0,1,2\n" + kCommon).error,
              "bad_input: line 2 is none of an access log");
}

TEST(AccessLog, TimesMustBeTimes) {
    for (const char* time : {"10/Okt/2000:13:55:36 -0700", "31/Feb/2000:13:55:36 -0700",
                             "10/Oct/2000:24:55:36 -0700", "10/Oct/2000:13:55:36 *0700", ""}) {
        const std::string line = std::string("h - - [") + time + "] \"GET /a HTTP/1.0\" 200 1\n";
        EXPECT_EQ(read_all(kCommon + line).error, "bad_input: line 2 is none of an access log")
            << time;
    }
    // One before the first is as if at the first.
    EXPECT_EQ(read_all(kCommon + R"(h - - [10/Oct/2000:13:55:30 -0700] "GET /a HTTP/1.0" 200 1)"
                                 "\n")
                  .records.back(),
              "0//a/1/r");
}

TEST(SampledTrace, SaysWhatPartOfTheKeysItIsOf) {
    const auto part_of = [](std::string text) -> double {
        auto reader = open_trace(std::make_unique<MemorySource>(std::move(text)));
        Record record;
        while (true) {
            auto more = (*reader)->next(record);
            if (!more) return -1;
            if (!*more) return (*reader)->sampled_part();
        }
    };
    EXPECT_EQ(part_of("# sampled 0.0625\n0,a,1\n"), 0.0625);
    EXPECT_EQ(part_of("# a comment\n0,a,1\n"), 1);
    for (const char* wrong : {"# sampled 0\n", "# sampled 2\n", "# sampled x\n",
                              "# sampled 0.5\n0,a,1\n# sampled 0.25\n"})
        EXPECT_EQ(part_of(wrong), -1) << wrong;
}

}  // namespace
}  // namespace aside::traces
