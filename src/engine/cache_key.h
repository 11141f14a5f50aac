// What a reference or an item id is called in L1 and in the flight table.
//
// An unversioned object's cache key is its key; a versioned one's is key, NUL, version (keys hold
// no NUL: checked at every door); an item's is its id. The ValueKind keeps the three apart.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "engine/ports/origin.h"

namespace aside::engine {

// Borrowed: what hot paths pass around.
struct KeyView {
    ValueKind kind = ValueKind::object;
    std::uint64_t hash = 0;  // memory::Store::hash(kind, bytes)
    std::string_view bytes;
};

inline ValueKind kind_of(const Reference& reference) {
    return reference.version.empty() ? ValueKind::object : ValueKind::versioned_object;
}

// Writes the cache key of an object into `out`, whose memory is reused.
inline void write_object_key(std::string_view key, std::string_view version, std::string& out) {
    out.assign(key);
    if (!version.empty()) out.append(1, '\0').append(version);
}

inline Reference reference_from_key(ValueKind kind, std::string_view bytes) {
    if (kind != ValueKind::versioned_object) return {std::string(bytes), {}};
    const auto nul = bytes.find('\0');
    return {std::string(bytes.substr(0, nul)), std::string(bytes.substr(nul + 1))};
}

// For people: "gb/ENG" or "gb/ENG@v7".
inline std::string readable(ValueKind kind, std::string_view bytes) {
    const Reference reference = reference_from_key(kind, bytes);
    return reference.version.empty() ? reference.key : reference.key + "@" + reference.version;
}

inline Result<void> check_key(std::string_view what, std::string_view key,
                              std::uint32_t max_bytes) {
    if (key.empty()) return fail(Errc::bad_input, std::string(what) + " is empty");
    if (key.size() > max_bytes) {
        return fail(Errc::bad_input,
                    std::string(what) + " is longer than " + std::to_string(max_bytes) + " bytes");
    }
    if (key.find('\0') != std::string_view::npos) {
        return fail(Errc::bad_input, std::string(what) + " holds a NUL");
    }
    return {};
}

// `max_bytes` bounds key and version together: index entries hold their sum in 16 bits.
inline Result<void> check_object_key(std::string_view key, std::string_view version,
                                     std::uint32_t max_bytes) {
    const auto valid = check_key("the object's key", key, max_bytes);
    if (!valid || version.empty()) return valid;
    return check_key("the object's version", version,
                     max_bytes - static_cast<std::uint32_t>(key.size()));
}

}  // namespace aside::engine
