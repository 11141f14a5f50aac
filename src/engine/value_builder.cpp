#include "engine/value_builder.h"

#include "engine/freshness.h"
#include "engine/portable_index.h"

namespace aside::engine {

using runtime::Worker;

ValueRef ValueBuilder::from_origin(Worker& worker, const KeyView& key, const OriginAnswer& answer,
                                   SteadyTime checked_at, std::uint16_t slot) {
    const SteadyTime now = worker.now();
    const bool absent = answer.state == LoadState::absent;
    return memory_.make({.kind = key.kind,
                         .absent = absent,
                         .key_hash = key.hash,
                         .key = key.bytes,
                         .validator = answer.validator,
                         .body = answer.body,
                         .origin_time = now,
                         .fresh_until = fresh_until(worker, key.kind, absent, now),
                         .checked_at = checked_at,
                         .slot = slot});
}

SteadyTime ValueBuilder::fresh_until(Worker& worker, ValueKind kind, bool absent,
                                     SteadyTime now) const {
    if (absent) return now + absent_fresh(options_, kind);
    if (kind == ValueKind::versioned_object) return kFreshForEver;
    return engine::fresh_until(now, limits_of(options_, kind).fresh, options_.jitter,
                               worker.random());
}

SteadyTimes ValueBuilder::times_of(ValueKind kind, const RemoteAnswer& hit, SteadyTime now,
                                   WallTime wall_now) const {
    Duration fresh_max = limits_of(options_, kind).fresh;
    if (hit.absent) {
        fresh_max = absent_fresh(options_, kind);
    } else if (kind == ValueKind::versioned_object) {
        fresh_max = Duration::max();
    }
    return steady_times(hit.origin_time, hit.fresh_until, now, wall_now, fresh_max);
}

ValueRef ValueBuilder::from_remote(const KeyView& key, const RemoteAnswer& hit,
                                   std::string_view body, const SteadyTimes& times,
                                   SteadyTime checked_at) {
    return memory_.make({.kind = key.kind,
                         .absent = hit.absent,
                         .key_hash = key.hash,
                         .key = key.bytes,
                         .validator = hit.validator,
                         .body = body,
                         .origin_time = times.origin_time,
                         .fresh_until = times.fresh_until,
                         .checked_at = checked_at,
                         .slot = hit.slot});
}

std::optional<std::string> ValueBuilder::index_from_remote(std::string_view body,
                                                           const Value* replaced) {
    auto references = decode_portable_index(body, {.references_max = options_.items_max_refs,
                                                   .key_bytes_max = options_.keys_max_bytes});
    if (!references) return std::nullopt;
    for (KeyView& key : *references) key = memory_.key(key.kind, key.bytes);
    return encode_index_entry(*references, replaced);
}

ValueRef ValueBuilder::for_remote(const ValueRef& value) {
    if (value->kind() != ValueKind::index_entry || value->absent()) return value;
    const std::string body = encode_portable_index(IndexEntry(value->body()));
    return memory_.make({.kind = value->kind(),
                         .absent = false,
                         .key_hash = value->key_hash(),
                         .key = value->key(),
                         .validator = value->validator(),
                         .body = body,
                         .origin_time = value->origin_time(),
                         .fresh_until = value->fresh_until(),
                         .checked_at = value->checked_at(),
                         .slot = value->slot()});
}

}  // namespace aside::engine
