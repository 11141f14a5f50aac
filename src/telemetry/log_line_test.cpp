#include "telemetry/log_line.h"

#include <limits>

#include <gtest/gtest.h>

namespace aside::telemetry {
namespace {

std::string field(LogFormat format, Field field) {
    const std::string line =
        format_line(format, {WallTime{}, Level::info, "x", std::span<const Field>(&field, 1)});
    const std::string_view head =
        format == LogFormat::json
            ? R"({"time":"1970-01-01T00:00:00.000Z","level":"info","event":"x",)"
            : "1970-01-01T00:00:00.000Z info x ";
    EXPECT_TRUE(line.starts_with(head)) << line;
    return line.substr(head.size());
}
std::string text(Field value) {
    return field(LogFormat::text, value);
}
std::string json(Field value) {
    return field(LogFormat::json, value);
}

TEST(LogLine, WritesTimeLevelEventAndFields) {
    const WallTime time{std::chrono::seconds(1'700'000'000) + std::chrono::milliseconds(45)};
    const Field fields[] = {{"address", "127.0.0.1:8080"},
                            {"workers", 2},
                            {"ok", true},
                            {"took_seconds", Duration(std::chrono::milliseconds(1500))},
                            {"bytes", std::uint64_t{1} << 40}};
    const LogLine line{time, Level::warning, "serve.started", fields};
    EXPECT_EQ(format_line(LogFormat::text, line),
              "2023-11-14T22:13:20.045Z warning serve.started address=127.0.0.1:8080 workers=2 "
              "ok=true took_seconds=1.5 bytes=1099511627776");
    EXPECT_EQ(
        format_line(LogFormat::json, line),
        R"({"time":"2023-11-14T22:13:20.045Z","level":"warning","event":"serve.started",)"
        R"("address":"127.0.0.1:8080","workers":2,"ok":true,"took_seconds":1.5,"bytes":1099511627776})");
}

TEST(LogLine, NothingInAFieldEndsTheLineOrForgesAField) {
    EXPECT_EQ(text({"key", "a\nlevel=error"}), R"(key="a\nlevel=error")");
    EXPECT_EQ(text({"key", "a\" forged=\"1"}), R"(key="a\" forged=\"1")");
    EXPECT_EQ(text({"key", "a\\"}), R"(key="a\\")");
    EXPECT_EQ(text({"key", ""}), R"(key="")");
    EXPECT_EQ(json({"key", "\"},\n{"}), R"("key":"\"},\n{"})");
}

TEST(LogLine, ControlBytesNeverReachATerminal) {
    EXPECT_EQ(text({"key", std::string_view("\x1b[2J\0\r", 6)}), R"(key="\u001b[2J\u0000\u000d")");
    EXPECT_EQ(text({"key",
                    "\xc2\x9b"
                    "31m"}),
              R"(key="\u009b31m")");  // C1's CSI
    EXPECT_EQ(json({"key", "\xe2\x80\xa8\xe2\x80\xae"}),
              R"("key":"\u2028\u202e"})");  // line separator, override
    EXPECT_EQ(json({"key", "\x7f"}), R"("key":"\u007f"})");
}

TEST(LogLine, InvalidUtf8IsShownAndWellFormedIsKept) {
    EXPECT_EQ(json({"key", "\xc3\xa9\xf0\x9f\x92\xa1"}), "\"key\":\"\xc3\xa9\xf0\x9f\x92\xa1\"}");
    for (const char* broken :
         {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
        const std::string shown = json({"key", broken});
        EXPECT_TRUE(shown.starts_with(R"("key":"\ufffd)")) << shown;
        for (const char c : shown) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
    }
    EXPECT_EQ(text({"key", "a\xff"}), R"(key="a\xff")");
}

TEST(LogLine, LongFieldsAreCut) {
    const std::string shown = text({"key", std::string(100'000, 'a')});
    EXPECT_EQ(shown, "key=\"" + std::string(kMaxFieldBytes, 'a') + "...\"");
}

TEST(LogLine, NumbersJsonCannotWriteAreNull) {
    EXPECT_EQ(json({"ratio", std::numeric_limits<double>::quiet_NaN()}), R"("ratio":null})");
    EXPECT_EQ(json({"ratio", std::numeric_limits<double>::infinity()}), R"("ratio":null})");
    EXPECT_EQ(json({"n", std::int64_t{-5}}), R"("n":-5})");
}

}  // namespace
}  // namespace aside::telemetry
