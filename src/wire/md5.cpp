#include "wire/md5.h"

#include <openssl/evp.h>

namespace aside::wire {

std::optional<std::string> md5_hex(std::string_view bytes) {
    // Looked up once for the process, and never given back.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
    constexpr std::string_view kDigits = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!algorithm ||
        EVP_Digest(bytes.data(), bytes.size(), digest, &size, algorithm, nullptr) != 1) {
        return std::nullopt;
    }
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += kDigits[digest[i] / 16];
        hex += kDigits[digest[i] % 16];
    }
    return hex;
}

}  // namespace aside::wire
