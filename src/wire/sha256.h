// SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104) by OpenSSL's libcrypto, with contexts that are
// made once: looking an algorithm up costs more than hashing a kilobyte.
//
// Thread rule: one owner. Errors: none; a libcrypto without SHA-256 ends the process.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace aside::wire {

using Sha256Digest = std::array<unsigned char, 32>;

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    // Of the pieces, one after the other.
    Sha256Digest digest(std::initializer_list<std::string_view> pieces);
    Sha256Digest hmac(std::string_view key, std::string_view message);

  private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
};

inline std::string_view bytes_of(const Sha256Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Lower case.
std::array<char, 64> hex_of(const Sha256Digest& digest);

// What an empty body's digest is, in hex.
inline constexpr std::string_view kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace aside::wire
