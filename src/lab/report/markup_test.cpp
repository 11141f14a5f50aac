#include "lab/report/markup.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "lab/report/markup_check_fixture.h"

namespace aside::lab::report {
namespace {

TEST(Markup, EscapesWhatMeansSomething) {
    EXPECT_EQ(escaped("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
    EXPECT_EQ(escaped("grün\n→\tx"), "grün\n→\tx");
    EXPECT_EQ(escaped(""), "");
}

TEST(Markup, ReplacesWhatXmlCannotHold) {
    EXPECT_EQ(escaped(std::string_view("a\0\x1b[1m\x7f", 7)),
              "a\xef\xbf\xbd\xef\xbf\xbd[1m\xef\xbf\xbd");
    EXPECT_EQ(escaped("\xff<"), "\xef\xbf\xbd&lt;");
    for (int byte = 1; byte < 256; ++byte) {
        const std::string text = "<a b=\"" + escaped(std::string(1, static_cast<char>(byte))) +
                                 "\">" + escaped(std::string(2, static_cast<char>(byte))) + "</a>";
        if (byte != '\r') EXPECT_EQ(MarkupCheck(text).error(), "") << byte;
    }
}

TEST(Markup, CoordinatesAreShort) {
    EXPECT_EQ(coordinate(3), "3");
    EXPECT_EQ(coordinate(-0.04), "0");
    EXPECT_EQ(coordinate(12.345), "12.3");
    EXPECT_EQ(coordinate(-12.36), "-12.4");
    EXPECT_EQ(coordinate(1e300), "0");  // no place in a drawing
}

// A check that finds nothing would make the tests of pages worth nothing.
TEST(Markup, TheCheckItselfIsStrict) {
    for (const char* bad : {"<a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a b=c/>",
                            "<a b=\"1\" b=\"2\"/>", "<a>&nbsp;</a>", "<a> & </a>", "<a b=\"<\"/>",
                            "<a>\x01</a>", "text", "<a", "<a b=\"/>", "</a>", "<!-- -->"}) {
        EXPECT_NE(MarkupCheck(bad).error(), "") << bad;
    }
    for (const char* good : {"<a/>", "<a>1 &amp; 2</a>\n", "<a b=\"1\" c=\"\"><b/>x<b>y</b></a>"}) {
        EXPECT_EQ(MarkupCheck(good).error(), "") << good;
    }
}

}  // namespace
}  // namespace aside::lab::report
