#include "lab/sim/origin_model.h"

#include <charconv>

#include "base/hash.h"

namespace aside::lab {

std::string body_of(std::string_view key, std::uint64_t generation) {
    const std::uint64_t hash = hash_combine(hash_bytes(key), generation);
    std::string body = "{\"generation\":" + std::to_string(generation) + ",\"key\":\"";
    body += key;
    body += "\",\"pad\":\"";
    body.append(hash % 700, static_cast<char>('a' + hash % 26));
    body += "\"}";
    return body;
}

std::optional<std::uint64_t> generation_of(std::string_view key, std::string_view body) {
    constexpr std::string_view kBegin = "{\"generation\":";
    if (!body.starts_with(kBegin)) return std::nullopt;
    std::uint64_t generation = 0;
    const auto* const digits = body.data() + kBegin.size();
    const auto read = std::from_chars(digits, body.data() + body.size(), generation);
    if (read.ec != std::errc{} || body_of(key, generation) != body) return std::nullopt;
    return generation;
}

std::uint64_t OriginModel::write(std::size_t key, SteadyTime now) {
    writes_[key].push_back(now);
    return newest(key);
}

std::uint64_t OriginModel::newest(std::size_t key) const {
    return writes_[key].size();
}

std::uint64_t OriginModel::read(std::size_t key, bool consistent, SteadyTime now) const {
    std::uint64_t generation = newest(key);
    if (consistent) return generation;
    while (generation > 0 && writes_[key][generation - 1] > now - lag_) --generation;
    return generation;
}

OwnedValue::OwnedValue(ValueKind kind, std::string_view key, std::string_view body, Times times)
    : bytes_(std::string(key) + std::string(body)) {
    kind_ = kind;
    key_size_ = static_cast<std::uint16_t>(key.size());
    body_size_ = static_cast<std::uint32_t>(body.size());
    data_ = bytes_.data();
    origin_time_ns_ = times.origin.time_since_epoch().count();
    fresh_until_ns_ = times.fresh_until.time_since_epoch().count();
    destroy_ = [](const Value* value) noexcept { delete static_cast<const OwnedValue*>(value); };
}

ValueRef OwnedValue::make(ValueKind kind, std::string_view key, std::string_view body,
                          Times times) {
    return ValueRef::adopt(new OwnedValue(kind, key, body, times));
}

}  // namespace aside::lab
