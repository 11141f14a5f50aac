#include "wire/aws_checksum.h"

#include <array>
#include <charconv>
#include <string>

#include <boost/crc.hpp>
#include <openssl/evp.h>

#include "wire/sha256.h"

namespace aside::wire {
namespace {

using Crc64Nvme = boost::crc_optimal<64, 0xAD93D23594C93659ULL, 0xFFFFFFFFFFFFFFFFULL,
                                     0xFFFFFFFFFFFFFFFFULL, true, true>;
using Crc32 = boost::crc_optimal<32, 0x04C11DB7U, 0xFFFFFFFFU, 0xFFFFFFFFU, true, true>;
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41U, 0xFFFFFFFFU, 0xFFFFFFFFU, true, true>;

std::string base64_of(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

// The checksum's bytes, the most significant first.
template <class Crc>
std::string crc_of(std::string_view body) {
    Crc crc;
    crc.process_bytes(body.data(), body.size());
    auto value = crc.checksum();
    std::string bytes(sizeof value, '\0');
    for (std::size_t i = bytes.size(); i-- > 0; value >>= 8) {
        bytes[i] = static_cast<char>(value & 0xFF);
    }
    return base64_of(bytes);
}

std::string sha256_of(std::string_view body) {
    thread_local Sha256 sha256;
    const Sha256Digest digest = sha256.digest({body});
    return base64_of(bytes_of(digest));
}

std::string expected(std::string_view field, std::string_view body) {
    if (field == "x-amz-checksum-crc64nvme") return crc_of<Crc64Nvme>(body);
    if (field == "x-amz-checksum-crc32c") return crc_of<Crc32c>(body);
    if (field == "x-amz-checksum-crc32") return crc_of<Crc32>(body);
    if (field == "x-amz-checksum-sha256") return sha256_of(body);
    return {};
}

// "3q2+7w==-3": of an upload in three parts. Base64 itself has no '-'.
bool of_parts(std::string_view value) {
    return value.find('-') != std::string_view::npos;
}

}  // namespace

ChecksumVerdict check_body(std::string_view field, std::string_view value, std::string_view body) {
    if (value.empty() || of_parts(value)) return ChecksumVerdict::not_checked;
    const std::string right = expected(field, body);
    if (right.empty()) return ChecksumVerdict::not_checked;
    return value == right ? ChecksumVerdict::agrees : ChecksumVerdict::differs;
}

ChecksumVerdict check_decimal_crc32(std::string_view value, std::string_view body) {
    if (value.empty()) return ChecksumVerdict::not_checked;
    std::uint32_t told = 0;
    const char* const end = value.data() + value.size();
    const auto [read_to, error] = std::from_chars(value.data(), end, told);
    if (error != std::errc() || read_to != end) return ChecksumVerdict::differs;
    Crc32 crc;
    crc.process_bytes(body.data(), body.size());
    return crc.checksum() == told ? ChecksumVerdict::agrees : ChecksumVerdict::differs;
}

}  // namespace aside::wire
