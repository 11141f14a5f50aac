// Does a body agree with the checksum that S3 or DynamoDB told of it?
//
// S3 keeps what the writer chose: CRC64NVME (what it computes itself where nobody chose), CRC32,
// CRC32C, SHA-1 or SHA-256, in base64. SHA-1 is passed over, and so is a checksum of checksums (of
// an upload in parts: "…-3"): neither can be had from the body alone, or by today's means. Thread
// rule: pure functions; CRCs are Boost's. Source: "Checking object integrity", Amazon S3 User
// Guide.
#pragma once

#include <cstdint>
#include <string_view>

namespace aside::wire {

enum class ChecksumVerdict : std::uint8_t { not_checked, agrees, differs };

// `field`: the name of a field, in lower case, "x-amz-checksum-crc32c".
ChecksumVerdict check_body(std::string_view field, std::string_view value, std::string_view body);

// DynamoDB's x-amz-crc32: a CRC32 in decimal. What is no such number differs.
ChecksumVerdict check_decimal_crc32(std::string_view value, std::string_view body);

inline constexpr std::string_view kChecksumFields[] = {
    "x-amz-checksum-crc64nvme", "x-amz-checksum-crc32c", "x-amz-checksum-crc32",
    "x-amz-checksum-sha256"};

}  // namespace aside::wire
