#include "memory/shard.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace aside::memory {

Shard::Shard(const ShardOptions& options, EpochDomain& epochs)
    : options_(options),
      epochs_(epochs),
      table_(epochs),
      policy_(options.capacity, options.expected_entries, options.seed),
      value_capacity_(options.capacity) {
    const MutexLock lock(mutex_);
    fit_capacity(0);
}

Shard::~Shard() {
    const MutexLock lock(mutex_);
    table_.for_each([this](Entry& entry) ASIDE_NO_THREAD_SAFETY_ANALYSIS {
        entry.lend();
        limbo_.add(&entry, 0);
    });
    drop(limbo_.take_all_unchecked());
}

void Shard::try_note(std::span<const SampledHit> hits) {
    if (!mutex_.try_lock()) return;
    for (const SampledHit& hit : hits) policy_.on_sampled_hit(hit);
    mutex_.unlock();
}

ValueRef Shard::make(const NewValue& value) {
    Entry* entry = Entry::make(value, lent_, options_.allocate);
    if (entry == nullptr) return {};
    entry->lend();
    return ValueRef::adopt(entry);
}

void Shard::insert(const ValueRef& value, std::uint64_t withheld) {
    auto& entry = static_cast<Entry&>(const_cast<Value&>(*value));
    Entry* passed = nullptr;
    {
        const MutexLock lock(mutex_);
        entry.take_back();
        keep(entry, table_.find(entry.kind(), entry.key_hash(), entry.key()));
        fit_capacity(withheld);
        passed = limbo_.take_passed(epochs_);
    }
    drop(passed);
}

// Asks the policy, then makes the table agree with it.
void Shard::keep(Entry& entry, Entry* present) {
    const std::uint32_t charge = charge_of(entry);
    VictimList victims;
    if (charge > value_capacity_) {
        if (present != nullptr) policy_.remove(*present);
    } else if (present != nullptr) {
        policy_.replace(*present, entry, charge, victims);
    } else {
        policy_.insert(entry, entry.key_hash(), charge, victims);
    }
    if (entry.linked()) {
        link(entry, present);
    } else {
        ++not_admitted_;
        entry.lend();
        if (present != nullptr) unlink(*present);
    }
    while (PolicyNode* victim = victims.pop()) {
        if (victim == &entry) continue;
        ++evictions_;
        unlink(static_cast<Entry&>(*victim));
    }
}

void Shard::link(Entry& entry, Entry* present) {
    entry.add_reference();  // the table's
    if (present != nullptr) {
        table_.replace(*present, entry);
        retire(*present);
    } else if (!table_.insert(entry)) {
        policy_.remove(entry);
        entry.drop_reference();
        entry.lend();
        ++not_admitted_;
        return;
    }
    ++fills_;
}

void Shard::unlink(Entry& entry) {
    table_.erase(entry);
    retire(entry);
}

void Shard::retire(Entry& entry) {
    entry.lend();
    limbo_.add(&entry, entry.block_bytes());
}

bool Shard::erase(ValueKind kind, std::uint64_t key_hash, std::string_view key) {
    Entry* passed = nullptr;
    bool found = false;
    {
        const MutexLock lock(mutex_);
        if (Entry* entry = table_.find(kind, key_hash, key)) {
            found = true;
            policy_.remove(*entry);
            unlink(*entry);
        }
        passed = limbo_.take_passed(epochs_);
    }
    drop(passed);
    return found;
}

std::uint64_t Shard::overhead() const {
    return table_.overhead_bytes() + policy_.overhead_bytes();
}

// The values get what table and policy leave of the bound; a policy told less evicts at the next
// insert.
void Shard::fit_capacity(std::uint64_t withheld) {
    if (options_.count_values) return;
    const std::uint64_t taken = std::min(options_.capacity, overhead() + withheld);
    if (options_.capacity - taken == value_capacity_) return;
    value_capacity_ = options_.capacity - taken;
    policy_.set_capacity(value_capacity_);
}

void Shard::drop(Entry* chain) {
    while (Entry* entry = Limbo<Entry>::pop(chain)) entry->drop_reference();
}

void Shard::add_hottest(std::size_t limit, std::vector<HeldKey>& keys) const {
    std::vector<std::pair<std::uint32_t, const Entry*>> entries;
    const MutexLock lock(mutex_);
    entries.reserve(table_.size());
    table_.for_each([&](Entry& entry) { entries.emplace_back(entry.heat(), &entry); });
    if (entries.size() > limit) {
        const auto last = entries.begin() + static_cast<std::ptrdiff_t>(limit);
        std::ranges::nth_element(entries, last, std::greater<>());
        entries.erase(last, entries.end());
    }
    for (const auto& [heat, entry] : entries) {
        keys.push_back({entry->kind(), heat, std::string(entry->key())});
    }
}

void Shard::add_to(StoreStats& stats) const {
    const MutexLock lock(mutex_);
    stats.entries += table_.size();
    stats.used_bytes += policy_.used_charge();
    stats.overhead_bytes += overhead();
    stats.evictions += evictions_;
    stats.not_admitted += not_admitted_;
    stats.fills += fills_;
}

std::uint64_t Shard::lent_bytes() {
    // Twice: what is open can only be closed once what was closed before it has passed.
    for (int batch = 0; batch < 2 && lent_.bytes.load(std::memory_order_relaxed) != 0; ++batch) {
        Entry* passed = nullptr;
        {
            const MutexLock lock(mutex_);
            passed = limbo_.take_passed(epochs_, true);
        }
        drop(passed);
    }
    return lent_.bytes.load(std::memory_order_relaxed);
}

}  // namespace aside::memory
