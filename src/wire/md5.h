// MD5 (RFC 1321), which S3 gives as the ETag of an object that was written in one piece. It tells
// what changed, not what was forged.
//
// Thread rule: pure function. Nothing: this libcrypto does not offer it (FIPS).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aside::wire {

// Lower case.
std::optional<std::string> md5_hex(std::string_view bytes);

}  // namespace aside::wire
