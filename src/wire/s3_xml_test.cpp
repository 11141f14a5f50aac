#include "wire/s3_xml.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

TEST(S3Xml, Errors) {
    const auto amazon = read_s3_error(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
        "<Message>The specified key does not exist.</Message><Key>a&amp;b</Key></Error>");
    ASSERT_TRUE(amazon);
    EXPECT_EQ(amazon->code, "NoSuchKey");
    EXPECT_EQ(amazon->message, "The specified key does not exist.");

    const auto ceph = read_s3_error(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchBucket</Code>"
        "<Message></Message><BucketName>b</BucketName></Error>");
    ASSERT_TRUE(ceph);
    EXPECT_EQ(ceph->code, "NoSuchBucket");
    EXPECT_EQ(ceph->message, "");

    const auto elsewhere = read_s3_error(
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
        "<Region>eu-west-1</Region></Error>");
    ASSERT_TRUE(elsewhere);
    EXPECT_EQ(elsewhere->region, "eu-west-1");
}

TEST(S3Xml, WhatIsNoErrorOfAws) {
    for (const std::string_view text :
         {"", "no XML", "<html><body>404</body></html>", "<Error></Error>",
          "<Error><Message>m</Message></Error>", "<Error><Code>NoSuchKey</Code>", "{\"Code\":1}"}) {
        EXPECT_FALSE(read_s3_error(text)) << text;
    }
}

// Neither entities of one's own nor documents from elsewhere are read.
TEST(S3Xml, NothingGrows) {
    const auto error = read_s3_error(
        "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">"
        "<!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
        "<Error><Code>&b;&c;</Code></Error>");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "&b;&c;");
}

std::string page_of(std::string_view contents, std::string_view rest = "") {
    return "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
           "<EncodingType>url</EncodingType>" +
           std::string(contents) + std::string(rest) + "</ListBucketResult>";
}

TEST(S3Xml, AListingTellsEachKeyByteForByte) {
    const auto page = read_list_page(page_of(
        "<Contents><Key>a+b%2Bc%00%F0%9F%99%82</Key><Size>12</Size>"
        "<ETag>&quot;e1&quot;</ETag></Contents>"
        "<Contents><Key>..%2F..//%25</Key><Size>0</Size></Contents>"
        "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>",
        "<IsTruncated>true</IsTruncated><NextContinuationToken>t=/+</NextContinuationToken>"));
    ASSERT_TRUE(page) << to_string(page.error());
    ASSERT_EQ(page->objects.size(), 2U);
    EXPECT_EQ(page->objects[0].key, std::string("a b+c\0\xF0\x9F\x99\x82", 10));
    EXPECT_EQ(page->objects[0].size_bytes, 12U);
    EXPECT_EQ(page->objects[0].entity_tag, "\"e1\"");
    EXPECT_EQ(page->objects[1].key, "../..//%");
    EXPECT_EQ(page->continuation_token, "t=/+");
}

TEST(S3Xml, AServerThatDoesNotEncodeKeysSaysSo) {
    const auto page = read_list_page(
        "<ListBucketResult><Contents><Key>a+b%41</Key><Size>1</Size></Contents>"
        "<IsTruncated>false</IsTruncated></ListBucketResult>");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->objects[0].key, "a+b%41");
    EXPECT_EQ(page->continuation_token, "");
}

TEST(S3Xml, AListingThatIsNone) {
    for (const std::string& text :
         {std::string("<Error><Code>x</Code></Error>"), std::string("nonsense"),
          page_of("<Contents><Size>1</Size></Contents>"),
          page_of("<Contents><Key>a</Key><Size>one</Size></Contents>"),
          page_of("<Contents><Key>a</Key><Size>-1</Size></Contents>"),
          page_of("<Contents><Key>%4</Key><Size>1</Size></Contents>"),
          page_of("<Contents><Key>%zz</Key><Size>1</Size></Contents>"),
          page_of("", "<IsTruncated>true</IsTruncated>"), std::string(kMaxXmlBytes + 1, ' ')}) {
        const auto page = read_list_page(text);
        ASSERT_FALSE(page) << text.substr(0, 200);
        EXPECT_EQ(page.error().code, Errc::protocol);
    }
}

}  // namespace
}  // namespace aside::wire
