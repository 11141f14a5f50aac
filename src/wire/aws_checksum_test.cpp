#include "wire/aws_checksum.h"

#include <gtest/gtest.h>

namespace aside::wire {
namespace {

// The check values of the CRC catalogue for "123456789", in base64.
TEST(AwsChecksum, KnownValues) {
    constexpr std::string_view kBody = "123456789";
    const struct {
        std::string_view field, value;
    } rows[] = {
        {"x-amz-checksum-crc64nvme", "rosUhgp5mIg="},
        {"x-amz-checksum-crc32c", "4waSgw=="},
        {"x-amz-checksum-crc32", "y/Q5Jg=="},
        {"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
    };
    for (const auto& [field, value] : rows) {
        EXPECT_EQ(check_body(field, value, kBody), ChecksumVerdict::agrees) << field;
        EXPECT_EQ(check_body(field, value, "12345678"), ChecksumVerdict::differs) << field;
        EXPECT_EQ(check_body(field, value, ""), ChecksumVerdict::differs) << field;
    }
}

TEST(AwsChecksum, WhatCannotBeCheckedIsNotJudged) {
    EXPECT_EQ(check_body("x-amz-checksum-sha1", "AAAA", "a"), ChecksumVerdict::not_checked);
    EXPECT_EQ(check_body("x-amz-checksum-crc32", "", "a"), ChecksumVerdict::not_checked);
    EXPECT_EQ(check_body("x-amz-checksum-crc32", "y/Q5Jg==-3", "a"), ChecksumVerdict::not_checked);
}

TEST(AwsChecksum, DynamodbTellsItInDecimal) {
    EXPECT_EQ(check_decimal_crc32("3421780262", "123456789"), ChecksumVerdict::agrees);
    EXPECT_EQ(check_decimal_crc32("2745614147", "{}"), ChecksumVerdict::agrees);
    EXPECT_EQ(check_decimal_crc32("3421780261", "123456789"), ChecksumVerdict::differs);
    EXPECT_EQ(check_decimal_crc32("", "123456789"), ChecksumVerdict::not_checked);
    for (const char* const value : {"-1", "3421780262 ", "0x1", "99999999999"}) {
        EXPECT_EQ(check_decimal_crc32(value, "123456789"), ChecksumVerdict::differs) << value;
    }
}

}  // namespace
}  // namespace aside::wire
