#include "wire/sha256.h"

#include <cstdio>
#include <cstdlib>

#include <openssl/core_names.h>
#include <openssl/evp.h>

namespace aside::wire {
namespace {

void must(bool done) {
    if (done) return;
    std::fputs("libcrypto cannot compute SHA-256\n", stderr);
    std::abort();
}

// Looked up once for the process, and never given back: others may hash until its last moment.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(fetched != nullptr);
    return fetched;
}

EVP_MAC_CTX* make_hmac() {
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    must(fetched != nullptr);
    EVP_MAC_CTX* const made = EVP_MAC_CTX_new(fetched);
    must(made != nullptr);
    char name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end()};
    must(EVP_MAC_CTX_set_params(made, parameters) == 1);
    return made;
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

struct Sha256::Contexts {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> plain{EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free};
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> keyed{make_hmac(), EVP_MAC_CTX_free};
};

Sha256::Sha256() : contexts_(std::make_unique<Contexts>()) {
    must(contexts_->plain != nullptr);
}
Sha256::~Sha256() = default;

Sha256Digest Sha256::digest(std::initializer_list<std::string_view> pieces) {
    EVP_MD_CTX* const context = contexts_->plain.get();
    must(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1);
    for (const std::string_view piece : pieces) {
        must(EVP_DigestUpdate(context, piece.data(), piece.size()) == 1);
    }
    Sha256Digest result;
    must(EVP_DigestFinal_ex(context, result.data(), nullptr) == 1);
    return result;
}

Sha256Digest Sha256::hmac(std::string_view key, std::string_view message) {
    EVP_MAC_CTX* const context = contexts_->keyed.get();
    // Without bytes it would take the key of the last call.
    const std::string_view some_key = key.data() ? key : std::string_view("");
    must(EVP_MAC_init(context, raw(some_key), some_key.size(), nullptr) == 1);
    must(EVP_MAC_update(context, raw(message), message.size()) == 1);
    Sha256Digest result;
    std::size_t size = 0;
    must(EVP_MAC_final(context, result.data(), &size, result.size()) == 1);
    return result;
}

std::array<char, 64> hex_of(const Sha256Digest& digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::array<char, 64> hex;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        hex[2 * i] = kDigits[digest[i] >> 4];
        hex[2 * i + 1] = kDigits[digest[i] & 15];
    }
    return hex;
}

}  // namespace aside::wire
