// The small texts of answers: entity tags, dates, JSON strings.
#include <string>

#include <gtest/gtest.h>

#include "wire/entity_tag.h"
#include "wire/http_date.h"
#include "wire/json_check.h"
#include "wire/json_text.h"

namespace aside::wire {
namespace {

std::string text(auto array) {
    return {array.data(), array.size()};
}

TEST(EntityTag, IsSixteenDigitsInQuotes) {
    EXPECT_EQ(text(entity_tag(0)), "\"0000000000000000\"");
    EXPECT_EQ(text(entity_tag(0x0123456789abcdefULL)), "\"0123456789abcdef\"");
}

TEST(EntityTag, IsFoundInLists) {
    for (const char* list : {"\"a\"", "*", "W/\"a\"", "\"b\", \"a\"", "\"b\",\"a\"",
                             "\"b\" , W/\"a\"", ",,\"a\"", "\"b,\", \"a\"", "\"a\", broken"}) {
        EXPECT_TRUE(names_tag(list, "\"a\"")) << list;
    }
    for (const char* list : {"", "a", "\"A\"", "\"b\"", "\"a", "w/\"a\"", "**", "*, \"b\"",
                             "\"b\" \"a\"", "broken, \"a\"", "\"b,\"a\"\"", "W/", "W/W/\"a\""}) {
        EXPECT_FALSE(names_tag(list, "\"a\"")) << list;
    }
}

TEST(HttpDate, IsTheFixedForm) {
    EXPECT_EQ(text(http_date(WallTime(std::chrono::seconds(784111777)))),
              "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(text(http_date(WallTime())), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(text(http_date(WallTime(std::chrono::milliseconds(1709251199999)))),
              "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(HttpDate, IsReadInTheFixedFormAlone) {
    for (const long seconds : {0L, 784111777L, 1709251199L, 4102444800L}) {
        const WallTime time{std::chrono::seconds(seconds)};
        EXPECT_EQ(parse_http_date(text(http_date(time))), time);
    }
    for (const char* wrong : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                              "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
                              "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                              "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, x6 Nov 1994 08:49:37 GMT",
                              "Sun, 06 Nov 9999 08:49:37 GMT", "Sun, 06 Nov 1994 08.49:37 GMT"}) {
        EXPECT_FALSE(parse_http_date(wrong)) << wrong;
    }
}

TEST(IsoTime, IsReadInUtc) {
    const WallTime time{std::chrono::seconds(784111777)};
    EXPECT_EQ(parse_iso_time("1994-11-06T08:49:37Z"), time);
    EXPECT_EQ(parse_iso_time("1994-11-06T08:49:37.123456Z"), time);
    for (const char* wrong :
         {"", "Z", "1994-11-06T08:49:37", "1994-11-06T08:49:37+01:00", "1994-11-06 08:49:37Z",
          "1994-13-06T08:49:37Z", "1994-11-31T08:49:37Z", "1994-11-06T08:60:37Z",
          "1994-11-06T08:49:37.Z", "1994-11-06T08:49:37.1x3Z", "994-11-06T08:49:37Z",
          "1600-11-06T08:49:37Z"}) {
        EXPECT_FALSE(parse_iso_time(wrong)) << wrong;
    }
}

TEST(JsonText, Escapes) {
    const auto json = [](std::string_view of) {
        std::string into;
        append_json_string(into, of);
        EXPECT_TRUE(is_json(into)) << into;
        return into;
    };
    EXPECT_EQ(json(""), "\"\"");
    EXPECT_EQ(json("item-1"), "\"item-1\"");
    EXPECT_EQ(json("a\"b\\c/\n\r\t\x01\x1f"), R"("a\"b\\c/\n\r\t\u0001\u001f")");
    EXPECT_EQ(json("é😀\x7f"), "\"é😀\x7f\"");
    EXPECT_EQ(json("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(json(std::string_view("\0", 1)), R"("\u0000")");
    EXPECT_EQ(json("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace aside::wire
