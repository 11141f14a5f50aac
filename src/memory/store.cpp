#include "memory/store.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <vector>

#include "base/hash.h"
#include "base/mutex.h"
#include "memory/access_buffer.h"
#include "memory/allocator_holes.h"
#include "memory/footprint_control.h"
#include "memory/shard.h"

namespace aside::memory {
namespace {

constexpr unsigned kMaxShards = 64;
// Below these a shard's share of the hot keys is too much a matter of luck, and large values crowd
// it.
constexpr std::uint64_t kMinShardBytes = 32 * 1024 * 1024;
constexpr std::uint64_t kMinShardEntries = 16 * 1024;
// Only what the policy's tables start with: they grow.
constexpr std::uint64_t kGuessedEntryBytes = 4096;
constexpr std::uint64_t kMaxGuessedEntries = 64 * 1024;
// Waiting hits make a small cache's policy late, so small caches wait for fewer.
constexpr std::uint64_t kEntriesPerWaitingHit = 64;

unsigned shard_count(const StoreOptions& options) {
    if (options.shards != 0) return std::min(std::bit_floor(options.shards), kMaxShards);
    const std::uint64_t wanted = options.capacity_entries != 0
                                     ? options.capacity_entries / kMinShardEntries
                                     : options.capacity_bytes / kMinShardBytes;
    return static_cast<unsigned>(std::bit_floor(std::clamp<std::uint64_t>(wanted, 1, kMaxShards)));
}

}  // namespace

struct Store::Impl {
    Impl(const StoreOptions& given, EpochDomain& epochs);

    std::size_t index_of(std::uint64_t key_hash) const noexcept { return key_hash & shard_mask; }
    Shard& shard_of(std::uint64_t key_hash) const noexcept { return *shards[index_of(key_hash)]; }
    std::uint64_t fixed_bytes() const {
        return sizeof(Impl) + shards.size() * sizeof(Shard) + buffers.size() * sizeof(AccessBuffer);
    }
    // Hits on a hot key are hits wherever the policy would draw its lines: what is saturated is not
    // sampled either, or a hot key that happens to be in the sample would take the lock again and
    // again.
    void note_hit(unsigned worker, const Shard& shard, Entry& entry) {
        if (entry.record_hit() && shard.samples(entry.key_hash())) note_sampled(worker, entry);
    }
    void note_sampled(unsigned worker, const Entry& entry);
    void watch_footprint(const Value& inserted);
    StoreStats sum_of_shards() const;

    const StoreOptions options;
    std::uint64_t shard_mask = 0;
    std::size_t hit_batch = 1;
    std::vector<std::unique_ptr<Shard>> shards;
    std::vector<AccessBuffer> buffers;  // one a worker and shard
    FootprintControl footprint;
    Mutex adjusting;
};

Store::Impl::Impl(const StoreOptions& given, EpochDomain& epochs)
    : options(given),
      shards(shard_count(given)),
      buffers(epochs.slots() * shards.size()),
      footprint(given.capacity_bytes) {
    shard_mask = shards.size() - 1;
    const bool count_values = options.capacity_entries != 0;
    const std::uint64_t fixed = count_values ? 0 : fixed_bytes();
    const std::uint64_t capacity = count_values ? options.capacity_entries : options.capacity_bytes;
    const std::uint64_t divided = capacity - std::min(capacity, fixed);
    const std::uint64_t entries =
        count_values ? capacity
                     : std::clamp<std::uint64_t>(capacity / kGuessedEntryBytes, 1,
                                                 kMaxGuessedEntries * shards.size());
    hit_batch = std::max<std::uint64_t>(1, entries / shards.size() / kEntriesPerWaitingHit);
    for (std::size_t i = 0; i < shards.size(); ++i) {
        // The remainder goes to the first ones, so that nothing of a small cache is lost.
        const std::uint64_t part = divided / shards.size() + (i < divided % shards.size() ? 1 : 0);
        shards[i] = std::make_unique<Shard>(
            ShardOptions{.capacity = part,
                         .count_values = count_values,
                         .expected_entries = std::max<std::uint64_t>(1, entries / shards.size()),
                         .seed = hash_combine(options.seed, i),
                         .allocate = options.allocate},
            epochs);
    }
}

void Store::Impl::note_sampled(unsigned worker, const Entry& entry) {
    const std::size_t index = index_of(entry.key_hash());
    AccessBuffer& buffer = buffers[worker * shards.size() + index];
    if (buffer.add(shards[index]->sampled_hit(entry), hit_batch)) {
        shards[index]->try_note(buffer.take());
    }
}

void Store::Impl::watch_footprint(const Value& inserted) {
    const std::uint64_t bytes = static_cast<const Entry&>(inserted).block_bytes();
    if (!footprint.note_put(bytes) || !adjusting.try_lock()) return;
    const StoreStats stats = sum_of_shards();
    footprint.adjust(stats.used_bytes + stats.overhead_bytes + allocator_holes_bytes());
    adjusting.unlock();
}

StoreStats Store::Impl::sum_of_shards() const {
    StoreStats sum;
    for (const auto& shard : shards) shard->add_to(sum);
    sum.overhead_bytes += fixed_bytes();
    return sum;
}

Store::Store(const StoreOptions& options, EpochDomain& epochs)
    : impl_(std::make_unique<Impl>(options, epochs)) {}

Store::~Store() = default;

std::uint64_t Store::hash(ValueKind kind, std::string_view key) const {
    return hash_bytes(key, hash_combine(impl_->options.seed, static_cast<std::uint64_t>(kind)));
}

const Value* Store::find(unsigned worker, ValueKind kind, std::uint64_t key_hash,
                         std::string_view key) {
    const Shard& shard = impl_->shard_of(key_hash);
    Entry* entry = shard.find(kind, key_hash, key);
    if (entry == nullptr) return nullptr;
    impl_->note_hit(worker, shard, *entry);
    return entry;
}

const Value* Store::peek(ValueKind kind, std::uint64_t key_hash, std::string_view key) const {
    return impl_->shard_of(key_hash).find(kind, key_hash, key);
}

void Store::note_access(unsigned worker, const Value& value) {
    // The hit counter is all of an entry that readers write.
    auto& entry = const_cast<Entry&>(static_cast<const Entry&>(value));
    impl_->note_hit(worker, impl_->shard_of(value.key_hash()), entry);
}

ValueRef Store::make(const NewValue& value) {
    return impl_->shard_of(value.key_hash).make(value);
}

void Store::insert(const ValueRef& value) {
    const std::uint64_t withheld = impl_->footprint.withheld_bytes() / impl_->shards.size();
    impl_->shard_of(value->key_hash()).insert(value, withheld);
    if (impl_->options.capacity_bytes != 0) impl_->watch_footprint(*value);
}

ValueRef Store::put(const NewValue& value) {
    ValueRef made = make(value);
    if (made) insert(made);
    return made;
}

bool Store::erase(ValueKind kind, std::uint64_t key_hash, std::string_view key) {
    return impl_->shard_of(key_hash).erase(kind, key_hash, key);
}

std::vector<HeldKey> Store::hottest(std::size_t limit) const {
    std::vector<HeldKey> keys;
    for (const auto& shard : impl_->shards) shard->add_hottest(limit, keys);
    std::ranges::sort(keys, std::ranges::greater(), &HeldKey::heat);
    if (keys.size() > limit) keys.resize(limit);
    return keys;
}

StoreStats Store::stats() const {
    StoreStats sum = impl_->sum_of_shards();
    const StoreOptions& options = impl_->options;
    sum.capacity_bytes =
        options.capacity_entries != 0 ? options.capacity_entries : options.capacity_bytes;
    sum.lent_bytes = lent_bytes();
    sum.shards = static_cast<unsigned>(impl_->shards.size());
    return sum;
}

std::uint64_t Store::lent_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& shard : impl_->shards) sum += shard->lent_bytes();
    return sum;
}

}  // namespace aside::memory
