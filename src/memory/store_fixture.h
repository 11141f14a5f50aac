// What the store's tests share: values whose body follows from their key, so that a wrong or torn
// one shows.
#pragma once

#include <string>
#include <string_view>

#include "memory/store.h"

namespace aside::memory {

inline std::string body_for(std::string_view key, std::size_t size) {
    std::string body;
    while (body.size() < size) body.append(key).push_back('/');
    body.resize(size);
    return body;
}

inline bool body_is_intact(const Value& value) {
    const std::string_view key = value.key();
    const std::string_view body = value.body();
    for (std::size_t i = 0; i < body.size(); ++i) {
        const std::size_t at = i % (key.size() + 1);
        if (body[i] != (at == key.size() ? '/' : key[at])) return false;
    }
    return true;
}

inline ValueRef put(Store& store, std::string_view key, std::size_t size,
                    ValueKind kind = ValueKind::object) {
    const std::string body = body_for(key, size);
    return store.put({.kind = kind, .key_hash = store.hash(kind, key), .key = key, .body = body});
}

// Outside any section of worker 0.
inline bool has(Store& store, EpochDomain& epochs, std::string_view key,
                ValueKind kind = ValueKind::object) {
    const ReadSection section(epochs, 0);
    return store.peek(kind, store.hash(kind, key), key) != nullptr;
}

}  // namespace aside::memory
