// The head of an answer of our own, cut into its fields.
#include "wire/lambda/answer_head.h"

#include <string>

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nETag: \"a: b\"\r\n"
    "X-Empty: \r\n\r\n{\"a\": 1}\r\n\r\n";

TEST(AnswerHead, IsStatusAndFields) {
    std::vector<HttpField> fields = {{"old", "one"}};
    const auto head = split_answer_head(kAnswer, fields);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 404U);
    EXPECT_EQ(kAnswer.substr(head->bytes), "{\"a\": 1}\r\n\r\n");
    std::string text;
    for (const HttpField& field : fields)
        text.append(field.name).append("=").append(field.value).append(";");
    EXPECT_EQ(text, "Date=Thu, 01 Jan 1970 00:00:00 GMT;ETag=\"a: b\";X-Empty=;");
}

TEST(AnswerHead, MayHaveNoFields) {
    std::vector<HttpField> fields = {{"old", "one"}};
    const auto head = split_answer_head("HTTP/1.1 304 Not Modified\r\n\r\n", fields);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 304U);
    EXPECT_TRUE(fields.empty());
}

TEST(AnswerHead, IsNothingUntilItIsWhole) {
    std::vector<HttpField> fields;
    const std::size_t whole = kAnswer.find("\r\n\r\n") + 4;
    for (std::size_t size = 0; size < whole; ++size)
        EXPECT_FALSE(split_answer_head(kAnswer.substr(0, size), fields)) << size;
    EXPECT_FALSE(split_answer_head("HTTP/1.1\r\n\r\n", fields));
    EXPECT_FALSE(split_answer_head("HTTP/1.1 OK\r\n\r\n", fields));
    EXPECT_FALSE(split_answer_head("HTTP/1.1 200 OK\r\nno field\r\n\r\n", fields));
}

}  // namespace
}  // namespace aside::wire
