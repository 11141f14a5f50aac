#include "memory/entry.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include <malloc.h>

#include "base/hash.h"

namespace aside::memory {
namespace {

constexpr std::size_t kMaxKey = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kMaxBlock = std::numeric_limits<std::uint32_t>::max();

char* append(char* to, std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return to + bytes.size();
}

}  // namespace

Entry* Entry::make(const NewValue& value, LentBytes& lent, AllocateBlock allocate) noexcept {
    if (value.key.size() > kMaxKey || value.validator.size() > kMaxKey) return nullptr;
    const std::size_t wanted =
        sizeof(Entry) + value.key.size() + value.validator.size() + value.body.size();
    if (wanted > kMaxBlock - kMaxBlock / 4)
        return nullptr;  // the allocator may round up by a quarter

    void* block = allocate(wanted);
    if (block == nullptr) return nullptr;
    auto* entry = new (block) Entry(lent);
    entry->block_bytes_ = static_cast<std::uint32_t>(malloc_usable_size(block));
    entry->kind_ = value.kind;
    entry->absent_ = value.absent;
    entry->key_hash_ = value.key_hash;
    entry->key_size_ = static_cast<std::uint16_t>(value.key.size());
    entry->validator_size_ = static_cast<std::uint16_t>(value.validator.size());
    entry->body_size_ = static_cast<std::uint32_t>(value.body.size());
    entry->content_hash_ = hash_bytes(value.body);
    entry->renew(value.origin_time, value.fresh_until);
    entry->confirm(value.checked_at);
    entry->slot_ = value.slot;
    entry->destroy_ = &Entry::destroy;
    char* place = reinterpret_cast<char*>(entry + 1);
    entry->data_ = place;
    append(append(append(place, value.key), value.validator), value.body);
    return entry;
}

void Entry::destroy(const Value* value) noexcept {
    auto* entry = const_cast<Entry*>(static_cast<const Entry*>(value));
    entry->lent_.bytes.fetch_sub(entry->block_bytes_, std::memory_order_relaxed);
    entry->~Entry();
    std::free(entry);
}

}  // namespace aside::memory
