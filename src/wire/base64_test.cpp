// Base64: RFC 4648's own vectors, every tail, and what has no one meaning.
#include "wire/base64.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

std::string encoded(std::string_view bytes) {
    std::string text = "kept";
    append_base64(text, bytes);
    return text.substr(4);
}

std::string decoded(std::string_view text) {
    std::string bytes = "kept";
    if (append_base64_decoded(bytes, text)) return bytes.substr(4);
    EXPECT_EQ(bytes, "kept");
    return "refused";
}

TEST(Base64, ReadsAndWritesTheVectorsOfItsRfc) {
    for (const auto& [bytes, text] : {std::pair{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"fooba", "Zm9vYmE="},
                                      {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(encoded(bytes), text);
        EXPECT_EQ(decoded(text), bytes);
    }
}

TEST(Base64, ComesBackWhateverTheBytes) {
    std::string bytes;
    for (int size = 0; size < 600; ++size) {
        EXPECT_EQ(decoded(encoded(bytes)), bytes);
        bytes += static_cast<char>(size * 131 + (size >> 3));
    }
    EXPECT_EQ(encoded("\xff\xef\xbe"), "/+++");
}

TEST(Base64, RefusesWhatCouldMeanTheSameOrNothing) {
    for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "=",
                             "==", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "Zm9-",
                             "Zm9_", "Z=g=", "\xff\xff\xff\xff"}) {
        EXPECT_EQ(decoded(text), "refused") << text;
    }
}

}  // namespace
}  // namespace aside::wire
