#include "origin/dynamodb/loaded_index.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/hash.h"

namespace aside::origin {
namespace {

std::string validator_of(const std::vector<Reference>& references) {
    std::uint64_t sum = references.size();
    for (const auto& [key, version] : references) {
        sum = hash_combine(hash_combine(sum, hash_bytes(key)), hash_bytes(version));
    }
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sum, 16).ptr;
    return {digits.data(), end};
}

std::uint64_t bytes_of(const std::vector<Reference>& references) {
    std::uint64_t bytes = 0;
    for (const auto& [key, version] : references) bytes += key.size() + version.size();
    return bytes;
}

}  // namespace

Result<LoadedIndex> loaded_index(std::vector<Reference> references,
                                 std::string_view known_validator, std::uint64_t max_bytes) {
    const std::uint64_t bytes = bytes_of(references);
    if (max_bytes > 0 && bytes > max_bytes) {
        return fail(Error{Errc::too_large, std::to_string(bytes) + " bytes of references", bytes});
    }
    std::string validator = validator_of(references);
    if (validator == known_validator) {
        return LoadedIndex{LoadState::not_modified, {}, std::move(validator)};
    }
    return LoadedIndex{LoadState::found, std::move(references), std::move(validator)};
}

std::uint64_t most_reply_bytes(std::uint64_t max_bytes, std::size_t max_references) {
    constexpr std::uint64_t kMost = 8ULL * 1024 * 1024;  // of a page of 1 MB of small rows
    constexpr std::uint64_t kEscaped = 6;                // one byte as \u0001
    constexpr std::uint64_t kOfReference = 128;          // types and names about a key and version
    constexpr std::uint64_t kOfItem = 16ULL * 1024;      // the id, and what the answer tells beside
    if (max_bytes == 0 || max_bytes > kMost) return kMost;
    return std::min(kMost, kOfItem + kEscaped * max_bytes + kOfReference * max_references);
}

}  // namespace aside::origin
