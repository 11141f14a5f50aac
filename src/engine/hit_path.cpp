// Answers from L1 alone: no suspension, no lock, no allocation per value. What it cannot answer
// completely it leaves untouched.

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "engine/engine.h"

namespace aside::engine {

namespace {

// Longer ones take the long way.
constexpr std::size_t kVersionedKeyBytes = 1024;
constexpr std::size_t kCacheLineBytes = 64;
// From there on the processor's own prefetching has caught up.
constexpr std::size_t kPrefetchedBytes = 1024;

// The socket will copy these bytes in a moment, most often from main memory: let them come while
// the head is written. For one value: those of an item would push each other out (measured).
void prefetch_body(const Value& value) {
    const std::string_view body = value.body();
    const std::size_t bytes = std::min(body.size(), kPrefetchedBytes);
    for (std::size_t at = 0; at < bytes; at += kCacheLineBytes)
        __builtin_prefetch(body.data() + at);
}

}  // namespace

void tally(Answer& answer, const Value* value, Source source, bool stale, SteadyTime now) {
    switch (source) {
        case Source::l1:
            ++answer.from_l1;
            break;
        case Source::l2:
            ++answer.from_l2;
            break;
        case Source::origin:
            ++answer.from_origin;
            break;
    }
    answer.etag = hash_combine(answer.etag, value ? value->content_hash() : 0);
    if (!value) return;
    answer.stale |= stale;
    answer.age = std::max(answer.age, now - value->origin_time());
    answer.body_bytes += value->body().size();
}

// A value that may be answered now, or null.
const Value* Engine::look(const KeyView& key, SteadyTime now, Freshness& freshness) const {
    const Value* const value = memory_.peek(key);
    if (!value || !valid(*value, now)) return nullptr;
    freshness = freshness_of(*value, limits_of(key.kind), now);
    return freshness <= Freshness::stale_revalidate ? value : nullptr;
}

void Engine::note_hit(runtime::Worker& worker, const Value& value, Freshness freshness) {
    memory_.note_access(worker.index(), value);
    hot_keys_.note(worker.index(), value);
    note_read(worker, value);
    if (freshness == Freshness::fresh) {
        metrics_.l1_hit.add(worker.index());
        return;
    }
    metrics_.l1_stale.add(worker.index());
    metrics_.stale_revalidate.add(worker.index());
    loader_.refresh(worker, {value.kind(), value.key_hash(), value.key()}, value.origin_time());
}

bool Engine::try_object(runtime::Worker& worker, const ObjectQuery& query, Answer& answer) {
    if (query.steps) return false;  // who wants to know each step takes the long way
    std::array<char, kVersionedKeyBytes> versioned;  // not a string: a hit does not allocate
    std::string_view bytes = query.key;
    if (!query.version.empty()) {
        const std::size_t size = query.key.size() + 1 + query.version.size();
        if (size > versioned.size()) return false;
        char* const end = std::ranges::copy(query.key, versioned.data()).out;
        *end = '\0';
        std::ranges::copy(query.version, end + 1);
        bytes = {versioned.data(), size};
    }
    const ValueKind kind = query.version.empty() ? ValueKind::object : ValueKind::versioned_object;
    const SteadyTime now = worker.now();
    Freshness freshness{};
    const Value* const value = look(memory_.key(kind, bytes), now, freshness);
    if (!value) return false;
    prefetch_body(*value);
    note_hit(worker, *value, freshness);
    answer.borrow(value);
    tally(answer, value, Source::l1, freshness != Freshness::fresh, now);
    answer.etag = value->content_hash();
    answer.outcome = Outcome::ok;
    return true;
}

bool Engine::try_item(runtime::Worker& worker, const ItemQuery& query, Answer& answer) {
    if (query.steps) return false;
    const SteadyTime now = worker.now();
    Freshness entry_freshness{};
    const Value* const entry_value =
        look(memory_.key(ValueKind::index_entry, query.id), now, entry_freshness);
    if (!entry_value) return false;

    const IndexEntry entry(entry_value->body());
    const std::uint32_t count = entry.size();
    bool any_stale = entry_freshness != Freshness::fresh;
    for (std::uint32_t i = 0; i < count; ++i) {
        Freshness freshness{};
        const Value* const value = look(entry[i], now, freshness);
        if (!value) {
            answer.clear();
            return false;
        }
        answer.borrow(value);
        tally(answer, value, Source::l1, freshness != Freshness::fresh, now);
        any_stale |= freshness != Freshness::fresh;
    }
    if (answer.body_bytes > options_.response_max_bytes) {
        answer.clear();
        return false;
    }
    note_hit(worker, *entry_value, entry_freshness);
    for (const Value* value : answer.values()) {
        const Freshness freshness =
            any_stale ? freshness_of(*value, limits_of(value->kind()), now) : Freshness::fresh;
        note_hit(worker, *value, freshness);
    }
    answer.stale |= entry_freshness != Freshness::fresh;
    answer.outcome = Outcome::ok;
    return true;
}

}  // namespace aside::engine
