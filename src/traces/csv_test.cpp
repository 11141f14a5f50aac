#include "traces/csv.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "traces/memory_source.h"

namespace aside::traces {
namespace {

struct Outcome {
    std::vector<std::string> records;  // "time/key/size/op/ttl"
    std::string error;                 // empty: reached the end
};

Outcome read_all(std::string bytes, std::size_t piece = std::string::npos) {
    Outcome outcome;
    auto reader = open_trace(std::make_unique<MemorySource>(std::move(bytes), piece));
    if (!reader) return {{}, to_string(reader.error())};
    Record record;
    while (true) {
        auto more = (*reader)->next(record);
        if (!more) {
            outcome.error = to_string(more.error());
            return outcome;
        }
        if (!*more) return outcome;
        outcome.records.push_back(std::to_string(record.time_ms) + "/" + std::string(record.key) +
                                  "/" + std::to_string(record.size_bytes) + "/" +
                                  (record.operation == Operation::write ? "w" : "r") + "/" +
                                  std::to_string(record.ttl_s));
    }
}

using Records = std::vector<std::string>;

const std::string kLong = "time_ms,key,size,op,ttl_s\n0,17,100,r,0\n40,obj-2,7,w,60\n";

TEST(Csv, ReadsBothShapesWithAndWithoutHeader) {
    EXPECT_EQ(read_all(kLong).records, (Records{"0/17/100/r/0", "40/obj-2/7/w/60"}));
    EXPECT_EQ(read_all("0,17,100,r,0\n").records, Records{"0/17/100/r/0"});
    EXPECT_EQ(read_all("time,key,size\n5,a,1\n").records, Records{"5/a/1/r/0"});
    EXPECT_EQ(read_all("5,a,1\n").records, Records{"5/a/1/r/0"});
    EXPECT_EQ(read_all("5,a,-1\n").records, Records{"5/a/0/r/0"});
}

TEST(Csv, ReadsFilesOneBehindTheOther) {
    EXPECT_EQ(read_all(kLong + "# sampled 1\n" + kLong).records,
              (Records{"0/17/100/r/0", "40/obj-2/7/w/60", "0/17/100/r/0", "40/obj-2/7/w/60"}));
}

TEST(Csv, ToleratesLineEndsEmptyLinesAndTimesThatGoBack) {
    EXPECT_EQ(read_all("9,a,1\r\n\r\n\n3,b,2").records, (Records{"9/a/1/r/0", "3/b/2/r/0"}));
}

TEST(Csv, AnEmptyTraceHasNoRecords) {
    for (const char* text : {"", "\n", "time,key,size\n"}) {
        EXPECT_EQ(read_all(text).records.size(), 0);
        EXPECT_EQ(read_all(text).error, "");
    }
}

TEST(Csv, NamesTheLineThatIsBad) {
    const std::pair<const char*, const char*> cases[] = {
        {"1,a\n", "line 1 has neither 3 columns (time,key,size) nor 5 (time_ms,key,size,op,ttl_s)"},
        {"1,a,2\n\n1,a,2,r,0\n", "line 3 has not the 3 columns of the first line"},
        {"1,a,2,r,0\n1,a,2\n", "line 2 has not the 5 columns of the first line"},
        {"1,a,2,r,0\n1,a,2,r,0,0\n", "line 2 has not the 5 columns of the first line"},
        {"1,a,2\n-1,a,2\n", "line 2 has a bad time"},
        {"time,key,size\n1,,2\n", "line 2 has no key"},
        {"1,a,2x\n", "line 1 has a bad size"},
        {"1,a,18446744073709551616\n", "line 1 has a bad size"},
        {"1,a,2,x,0\n", "line 1 has an op that is neither r nor w"},
        {"1,a,2,r,\n", "line 1 has a bad ttl"},
        {"key,time,size\n1,a,2\n", "line 1 has a bad time"},
        {"1,a,2\n1,a", "line 2 has not the 3 columns of the first line"},
    };
    for (const auto& [text, error] : cases) {
        EXPECT_EQ(read_all(text).error, std::string("bad_input: ") + error) << text;
    }
}

TEST(Csv, ReadsLinesThatAreNotAsUsual) {
    EXPECT_EQ(read_all("1,a,2,r,0\n2,b,-1,w,7\n18446744073709551615,c,3,w,9\n").records,
              (Records{"1/a/2/r/0", "2/b/0/w/7", "18446744073709551615/c/3/w/9"}));
    EXPECT_EQ(read_all("1,a,2\n2, b\t,0\n").records, (Records{"1/a/2/r/0", "2/ b\t/0/r/0"}));
    // Nothing of a line that is refused is taken.
    EXPECT_EQ(read_all("1,a,2,r,0\n2,b,3,rw,0\n").error,
              "bad_input: line 2 has an op that is neither r nor w");
    EXPECT_EQ(read_all("1,a,2,r,0\n2,b,3,r,0 \n").error, "bad_input: line 2 has a bad ttl");
    EXPECT_EQ(read_all("1,a,2\n2 ,b,3\n").error, "bad_input: line 2 has a bad time");
}

TEST(Csv, RefusesEndlessLines) {
    const std::string longest = "1," + std::string(Lines::kMaxLineBytes - 4, 'k') + ",2\n";
    EXPECT_EQ(read_all(longest).records.size(), 1);
    const std::string endless(10 * Lines::kMaxLineBytes, 'k');
    EXPECT_EQ(read_all("1,a,2\n" + endless).error, "bad_input: line 2 is longer than 64 KiB");
}

std::string many_lines() {
    std::string text = "time_ms,key,size,op,ttl_s\n";
    for (int i = 0; i < 50'000; ++i) {
        text += std::to_string(i) + "," + std::to_string(i * 7919LL % 10007) + ",512,r,0\n";
    }
    return text;
}

std::string gzipped(const std::string& text) {
    std::string packed(compressBound(text.size()) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string zstd_packed(const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
    return packed;
}

TEST(Csv, ReadsGzipAndZstdInPiecesOfAnySize) {
    const std::string text = many_lines();
    const Records expected = read_all(text).records;
    ASSERT_EQ(expected.size(), 50'000);
    for (const std::string& packed : {gzipped(text), zstd_packed(text)}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::string::npos}) {
            const Outcome outcome = read_all(packed, piece);
            EXPECT_EQ(outcome.error, "");
            EXPECT_EQ(outcome.records, expected);
        }
    }
    EXPECT_EQ(read_all(text, 1).records, expected);
}

TEST(Csv, ReadsSeveralMembersAsOne) {
    const std::string half = "1,a,2\n";
    for (const std::string& packed :
         {gzipped(half) + gzipped(half), zstd_packed(half) + zstd_packed(half)}) {
        EXPECT_EQ(read_all(packed).records, (Records{"1/a/2/r/0", "1/a/2/r/0"}));
    }
}

TEST(Csv, TellsCompressedDataThatIsCutShortOrDamaged) {
    const std::string text = many_lines();
    for (std::string packed : {gzipped(text), zstd_packed(text)}) {
        for (const std::size_t keep : {packed.size() - 1, packed.size() / 2, std::size_t{5}}) {
            const Outcome outcome = read_all(packed.substr(0, keep));
            EXPECT_TRUE(outcome.error.starts_with("corrupt: ")) << keep << " " << outcome.error;
        }
        packed[packed.size() / 2] ^= 0x55;
        packed[packed.size() / 2 + 1] ^= 0x55;
        EXPECT_NE(read_all(packed).error, "");
    }
}

}  // namespace
}  // namespace aside::traces
