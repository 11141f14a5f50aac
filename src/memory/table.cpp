#include "memory/table.h"

#include <cstdlib>
#include <new>

#include "memory/entry.h"

namespace aside::memory {
namespace {

constexpr std::uint64_t kFirstBuckets = 4;
constexpr std::uint64_t kEntriesPerBucket = 5;  // grows beyond; then one bucket in eight overflows

}  // namespace

Table::Table(EpochDomain& epochs) : array_(make_array(kFirstBuckets)), epochs_(epochs) {
    if (writable() == nullptr) throw std::bad_alloc();
    bytes_ = writable()->bytes;
}

Table::~Table() {
    free_array(writable());
    for (Array* rest = retired_.take_all_unchecked(); Array* array = Limbo<Array>::pop(rest);) {
        free_array(array);
    }
}

// Loads of links are seq_cst, and so are the stores that unlink: base/epoch.h orders them against
// the readers' announcements. On x86 and AArch64 such a load costs what an acquire load does.
Entry* Table::find(ValueKind kind, std::uint64_t key_hash, std::string_view key) const noexcept {
    const Array& array = *array_.load(std::memory_order_seq_cst);
    const std::uint64_t tag = key_hash >> kTagShift;
    for (const Bucket* bucket = &array.home(key_hash); bucket != nullptr;
         bucket = bucket->next.load(std::memory_order_acquire)) {
        for (const Slot& each : bucket->slots) {
            const std::uint64_t slot = each.load(std::memory_order_seq_cst);
            if ((slot >> kTagShift) != tag || slot == 0) continue;
            Entry* entry = entry_of(slot);
            if (entry->is(kind, key_hash, key)) return entry;
        }
    }
    return nullptr;
}

bool Table::insert(Entry& entry) noexcept {
    release_retired();
    if (size_ >= (writable()->mask + 1) * kEntriesPerBucket) grow();
    if (!place(*writable(), entry.key_hash(), slot_for(entry))) return false;
    ++size_;
    bytes_ = writable()->bytes;
    return true;
}

void Table::replace(const Entry& present, Entry& next) noexcept {
    slot_of(present).store(slot_for(next), std::memory_order_seq_cst);
}

void Table::erase(const Entry& entry) noexcept {
    slot_of(entry).store(0, std::memory_order_seq_cst);
    --size_;
}

std::uint64_t Table::slot_for(const Entry& entry) noexcept {
    return ((entry.key_hash() >> kTagShift) << kTagShift) | reinterpret_cast<std::uint64_t>(&entry);
}

Table::Slot& Table::slot_of(const Entry& entry) noexcept {
    const std::uint64_t wanted = slot_for(entry);
    for (Bucket* bucket = &writable()->home(entry.key_hash());;
         bucket = bucket->next.load(std::memory_order_relaxed)) {
        for (Slot& slot : bucket->slots) {
            if (slot.load(std::memory_order_relaxed) == wanted) return slot;
        }
    }
}

// Into the first free slot of its chain. Publishes the entry to readers.
bool Table::place(Array& array, std::uint64_t key_hash, std::uint64_t slot) noexcept {
    Bucket* bucket = &array.home(key_hash);
    while (true) {
        for (Slot& each : bucket->slots) {
            if (each.load(std::memory_order_relaxed) != 0) continue;
            each.store(slot, std::memory_order_release);
            return true;
        }
        Bucket* next = bucket->next.load(std::memory_order_relaxed);
        if (next == nullptr) next = add_bucket(array, *bucket);
        if (next == nullptr) return false;
        bucket = next;
    }
}

// Without memory the table stays as it is: chains grow longer instead.
void Table::grow() noexcept {
    Array* old = writable();
    Array* bigger = make_array((old->mask + 1) * 2);
    if (bigger == nullptr) return;
    bool complete = true;
    for_each([&](Entry& entry) {
        complete = complete && place(*bigger, entry.key_hash(), slot_for(entry));
    });
    if (!complete) {
        free_array(bigger);
        return;
    }
    array_.store(bigger, std::memory_order_seq_cst);
    retired_.add(old, old->bytes);
    release_retired();
}

void Table::release_retired() noexcept {
    if (retired_.empty()) return;
    for (Array* rest = retired_.take_passed(epochs_, true);
         Array* array = Limbo<Array>::pop(rest);) {
        free_array(array);
    }
}

Table::Array* Table::make_array(std::uint64_t buckets) noexcept {
    const std::uint64_t bytes = sizeof(Array) + buckets * sizeof(Bucket);
    void* block = std::aligned_alloc(alignof(Array), bytes);
    if (block == nullptr) return nullptr;
    auto* first = reinterpret_cast<Bucket*>(static_cast<Array*>(block) + 1);
    for (std::uint64_t i = 0; i < buckets; ++i) new (first + i) Bucket{};
    return new (block) Array{buckets - 1, bytes, nullptr, first};
}

void Table::free_array(Array* array) noexcept {
    for (std::uint64_t i = 0; i <= array->mask; ++i) {
        for (Bucket* next = array->buckets[i].next.load(std::memory_order_relaxed);
             next != nullptr;) {
            std::free(std::exchange(next, next->next.load(std::memory_order_relaxed)));
        }
    }
    std::free(array);
}

Table::Bucket* Table::add_bucket(Array& array, Bucket& last) noexcept {
    void* block = std::aligned_alloc(alignof(Bucket), sizeof(Bucket));
    if (block == nullptr) return nullptr;
    auto* bucket = new (block) Bucket{};
    array.bytes += sizeof(Bucket);
    last.next.store(bucket, std::memory_order_release);
    return bucket;
}

}  // namespace aside::memory
