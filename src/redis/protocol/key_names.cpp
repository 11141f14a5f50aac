#include "redis/protocol/key_names.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/hash.h"
#include "redis/protocol/slot.h"

namespace aside::redis {
namespace {

constexpr std::size_t kPrefixMax = 64;
constexpr std::string_view kHex = "0123456789ABCDEF";
// The letters that stand before a colon in names of ours: kinds, leases, tombstones.
constexpr std::string_view kLetters = "ilotv";

char letter_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::object:
            return 'o';
        case ValueKind::versioned_object:
            return 'v';
        case ValueKind::index_entry:
            return 'i';
    }
    return 'o';
}

std::optional<ValueKind> kind_of(char letter) {
    switch (letter) {
        case 'o':
            return ValueKind::object;
        case 'v':
            return ValueKind::versioned_object;
        case 'i':
            return ValueKind::index_entry;
        default:
            return std::nullopt;
    }
}

bool begins_like_ours(std::string_view name) {
    return name.size() >= 2 && name[1] == ':' && kLetters.find(name[0]) != std::string_view::npos;
}

bool graphic(char c) {
    return c > ' ' && c <= '~';
}

// Whatever it is a key of, and wherever it stands in it.
bool plain(char c) {
    return graphic(c) && c != '{' && c != '}' && c != '%' && c != '#' && c != '@';
}

void append_percent(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

void append_safe(std::string& out, RemoteKey key) {
    if (std::ranges::all_of(key.bytes, plain)) {  // nearly all are
        out.append(key.bytes);
        return;
    }
    const bool versioned = key.kind == ValueKind::versioned_object;
    bool version_begun = !versioned;
    for (std::size_t i = 0; i < key.bytes.size(); ++i) {
        const char c = key.bytes[i];
        if (c == '\0' && !version_begun) {
            version_begun = true;
            out += '@';
        } else if (!graphic(c) || c == '{' || c == '}' || c == '%' || (c == '#' && i == 0) ||
                   (c == '@' && versioned)) {
            append_percent(out, c);
        } else {
            out += c;
        }
    }
}

// Lenient: what append_safe would not have written is found by writing it again.
std::string read_safe(std::string_view safe, ValueKind kind) {
    std::string bytes;
    for (std::size_t i = 0; i < safe.size(); ++i) {
        if (safe[i] == '@' && kind == ValueKind::versioned_object) {
            bytes += '\0';
        } else if (safe[i] == '%' && i + 2 < safe.size()) {
            const std::size_t high = kHex.find(safe[i + 1]);
            const std::size_t low = kHex.find(safe[i + 2]);
            if (high == std::string_view::npos || low == std::string_view::npos) return {};
            bytes += static_cast<char>((high << 4) | low);
            i += 2;
        } else {
            bytes += safe[i];
        }
    }
    return bytes;
}

void append_hashes(std::string& out, std::string_view safe) {
    constexpr std::uint64_t kSeeds[] = {0, 0x9e3779b97f4a7c15ULL};
    out += '#';
    for (const std::uint64_t seed : kSeeds) {
        const std::uint64_t hash = hash_bytes(safe, seed);
        for (int shift = 60; shift >= 0; shift -= 4) out += kHex[(hash >> shift) & 15];
    }
}

// Of a name without the prefix: does it hold hashes in place of the key?
bool hashed(std::string_view name) {
    return begins_like_ours(name) && name.size() > 2 && name[2] == '#';
}

// Makes of a data name another in its slot: <before>{<tag>}…
void wrap(std::string_view before, std::string& name) {
    const std::string_view tag = hash_tag(name);
    std::string head(before);
    head += '{';
    if (tag.size() < name.size()) {
        head.append(tag).append("}");
    } else {
        name += '}';
    }
    name.insert(0, head);
}

// Has another name a way into this one's slot? (It can only repeat the tag, which holds no '}'.)
bool slot_can_be_shared(std::string_view name) {
    return !name.empty() &&
           (hash_tag(name).size() < name.size() || name.find('}') == std::string_view::npos);
}

}  // namespace

bool KeyNaming::usable_prefix(std::string_view prefix) {
    if (prefix.size() > kPrefixMax) return false;
    for (const char c : prefix) {
        if (!graphic(c) || c == '{' || c == '}') return false;
    }
    return true;
}

KeyNaming::KeyNaming(std::string prefix, bool raw)
    : prefix_(std::move(prefix)),
      lease_prefix_(prefix_ + "l:"),
      tombstone_prefix_(prefix_ + "t:"),
      raw_(raw) {
    assert(usable_prefix(prefix_));
}

void KeyNaming::data_name(RemoteKey key, std::string& out) const {
    out.assign(prefix_);
    if (raw_ && key.kind == ValueKind::object && !begins_like_ours(key.bytes)) {
        out.append(key.bytes);
        if (slot_can_be_shared(out)) return;
        out.assign(prefix_);
    }
    out += letter_of(key.kind);
    out += ':';
    const std::size_t start = out.size();
    append_safe(out, key);
    if (out.size() - start <= kSafeKeyMax) return;
    const std::string safe = out.substr(start);
    out.resize(start);
    append_hashes(out, safe);
}

void KeyNaming::lease_name(RemoteKey key, std::string& out) const {
    data_name(key, out);
    wrap(lease_prefix_, out);
}

void KeyNaming::tombstone_name(RemoteKey key, std::string& out) const {
    data_name(key, out);
    const bool names_key = !hashed(std::string_view(out).substr(prefix_.size()));
    wrap(tombstone_prefix_, out);
    if (!names_key) append_safe(out, key);
}

std::uint16_t KeyNaming::slot(RemoteKey key) const {
    std::string name;
    data_name(key, name);
    return slot_of_name(name);
}

std::optional<OwnedKey> KeyNaming::key_of_tombstone(std::string_view name) const {
    const std::string_view whole = name;
    if (!name.starts_with(tombstone_prefix_)) return std::nullopt;
    name.remove_prefix(tombstone_prefix_.size());
    const std::size_t close = name.find('}');
    if (!name.starts_with('{') || close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = name.substr(close + 1);
    // Behind a tag that is only a part of the data name comes all of that name, and it has a brace,
    // which a safe key has not.
    const bool repeated = rest.find('{') != std::string_view::npos;
    std::string_view data = repeated ? rest : name.substr(1, close - 1);
    if (!data.starts_with(prefix_)) return std::nullopt;
    data.remove_prefix(prefix_.size());

    OwnedKey key;
    if (begins_like_ours(data)) {
        const auto kind = kind_of(data[0]);
        if (!kind) return std::nullopt;
        key = {*kind, read_safe(hashed(data) ? rest : data.substr(2), *kind)};
    } else {
        key = {ValueKind::object, std::string(data)};
    }
    std::string again;
    tombstone_name({key.kind, key.bytes}, again);
    if (again != whole) return std::nullopt;
    return key;
}

}  // namespace aside::redis
