#include "engine/portable_index.h"

namespace aside::engine {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kSizeBytes = 2;

template <class T>
void append_number(std::string& out, T number) {
    for (std::size_t i = 0; i < sizeof number; ++i)
        out.push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
    T number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number |=
            static_cast<T>(static_cast<T>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i));
    return number;
}

// The cache key as a reference's, or nullopt when no reference has it.
std::optional<KeyView> key_of(std::string_view bytes, std::uint32_t bytes_max) {
    const std::size_t nul = bytes.find('\0');
    if (nul == std::string_view::npos) {
        if (!check_object_key(bytes, {}, bytes_max)) return std::nullopt;
        return KeyView{ValueKind::object, 0, bytes};
    }
    const std::string_view version = bytes.substr(nul + 1);
    if (version.empty() || !check_object_key(bytes.substr(0, nul), version, bytes_max))
        return std::nullopt;
    return KeyView{ValueKind::versioned_object, 0, bytes};
}

}  // namespace

std::string encode_portable_index(const IndexEntry& entry) {
    std::string out;
    out.push_back(static_cast<char>(kFormat));
    append_number(out, entry.size());
    for (std::uint32_t i = 0; i < entry.size(); ++i) {
        const std::string_view bytes = entry[i].bytes;
        append_number(out, static_cast<std::uint16_t>(bytes.size()));
        out.append(bytes);
    }
    return out;
}

bool is_portable_index(const IndexEntry& entry, std::string_view bytes) {
    if (bytes.size() < kHeaderBytes || static_cast<std::uint8_t>(bytes[0]) != kFormat ||
        number_at<std::uint32_t>(bytes, 1) != entry.size())
        return false;
    bytes.remove_prefix(kHeaderBytes);
    for (std::uint32_t i = 0; i < entry.size(); ++i) {
        const std::string_view key = entry[i].bytes;
        if (bytes.size() < kSizeBytes + key.size() ||
            number_at<std::uint16_t>(bytes, 0) != key.size() ||
            bytes.substr(kSizeBytes, key.size()) != key)
            return false;
        bytes.remove_prefix(kSizeBytes + key.size());
    }
    return bytes.empty();
}

std::optional<std::vector<KeyView>> decode_portable_index(std::string_view bytes,
                                                          const PortableIndexLimits& limits) {
    if (bytes.size() < kHeaderBytes || static_cast<std::uint8_t>(bytes[0]) != kFormat)
        return std::nullopt;
    const auto count = number_at<std::uint32_t>(bytes, 1);
    if (count > limits.references_max) return std::nullopt;
    std::vector<KeyView> references;
    references.reserve(count);
    std::size_t at = kHeaderBytes;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (bytes.size() - at < kSizeBytes) return std::nullopt;
        const auto size = number_at<std::uint16_t>(bytes, at);
        at += kSizeBytes;
        if (bytes.size() - at < size) return std::nullopt;
        const std::optional<KeyView> key = key_of(bytes.substr(at, size), limits.key_bytes_max);
        if (!key) return std::nullopt;
        references.push_back(*key);
        at += size;
    }
    if (at != bytes.size()) return std::nullopt;
    return references;
}

}  // namespace aside::engine
