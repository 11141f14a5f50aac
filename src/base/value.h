// A cached value: one immutable block of bytes with what the read path must know of it, counted by
// reference.
//
// One allocation holds header, key, validator and body, so that a look-up touches one place and
// eviction frees one. The bytes never change once published. Who holds a ValueRef may read them for
// as long as it likes, evicted or not: a response that is still being sent keeps its values alive.
// Inside a ReadSection (base/epoch.h) a plain `const Value*` from the store may be read without a
// reference; it must be turned into a ValueRef before the section ends if it is to live longer.
//
// Thread rule: immutable but for the reference count and the renewable times, which are atomics.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace aside {

// What kind of thing a key names. Kinds do not share a key space: item "a" and object "a" are
// different keys.
enum class ValueKind : std::uint8_t {
    object,            // the bytes of an unversioned object
    versioned_object,  // the bytes of one version of an object: never changes
    index_entry,       // the references of an item, encoded by engine/index_entry.h
};

class Value {
  public:
    // Frees a value whose last reference is gone. Set by whoever allocated it.
    using Destroy = void (*)(const Value*) noexcept;

    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;

    ValueKind kind() const { return kind_; }
    bool absent() const {
        return absent_;
    }  // the origin's word that the thing does not exist; body is empty
    std::uint64_t key_hash() const { return key_hash_; }
    // XXH3 of the body: the public ETag. Two equal bodies have the same one in every process.
    std::uint64_t content_hash() const { return content_hash_; }
    std::string_view key() const { return {data_, key_size_}; }
    // The origin's validator (its ETag or version), for If-None-Match; may be empty.
    std::string_view validator() const { return {data_ + key_size_, validator_size_}; }
    std::string_view body() const { return {data_ + key_size_ + validator_size_, body_size_}; }

    // When the origin answered with, or confirmed, these bytes. No copy restarts it.
    SteadyTime origin_time() const {
        return SteadyTime(Duration(origin_time_ns_.load(std::memory_order_relaxed)));
    }
    // Up to when it is fresh: fresh time and jitter were applied when it was filled or renewed.
    SteadyTime fresh_until() const {
        return SteadyTime(Duration(fresh_until_ns_.load(std::memory_order_relaxed)));
    }
    // The origin confirmed the bytes (304): the clock starts anew, the body stays.
    void renew(SteadyTime origin_time, SteadyTime fresh_until) const {
        origin_time_ns_.store(origin_time.time_since_epoch().count(), std::memory_order_relaxed);
        fresh_until_ns_.store(fresh_until.time_since_epoch().count(), std::memory_order_relaxed);
    }

    // When L2 or the origin was last asked and stood by these bytes, and the slot of L2 the key
    // lives in. Both mean something only where there is an L2.
    SteadyTime checked_at() const {
        return SteadyTime(Duration(checked_at_ns_.load(std::memory_order_relaxed)));
    }
    void confirm(SteadyTime checked_at) const {
        checked_at_ns_.store(checked_at.time_since_epoch().count(), std::memory_order_relaxed);
    }
    std::uint16_t slot() const { return slot_; }

    void add_reference() const { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop_reference() const {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy_(this);
    }
    std::uint32_t reference_count() const { return references_.load(std::memory_order_acquire); }

  protected:
    Value() = default;
    ~Value() = default;

    mutable std::atomic<std::uint32_t> references_{1};
    std::uint32_t body_size_ = 0;
    std::uint16_t key_size_ = 0;
    std::uint16_t validator_size_ = 0;
    ValueKind kind_ = ValueKind::object;
    bool absent_ = false;
    std::uint16_t slot_ = 0;
    std::uint64_t key_hash_ = 0;
    std::uint64_t content_hash_ = 0;
    mutable std::atomic<std::int64_t> origin_time_ns_{0};
    mutable std::atomic<std::int64_t> fresh_until_ns_{0};
    mutable std::atomic<std::int64_t> checked_at_ns_{0};
    Destroy destroy_ = nullptr;
    const char* data_ = nullptr;  // key, validator, body, one after the other
};

// Shared ownership of a Value. Null when it holds none.
class ValueRef {
  public:
    ValueRef() = default;
    // Takes over a reference that the caller already owns.
    static ValueRef adopt(const Value* value) { return ValueRef(value); }
    // Adds a reference. Inside a ReadSection `value` may come straight from the store.
    static ValueRef share(const Value* value) {
        if (value) value->add_reference();
        return ValueRef(value);
    }
    ValueRef(const ValueRef& other) : ValueRef(share(other.value_)) {}
    ValueRef(ValueRef&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
    ValueRef& operator=(ValueRef other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~ValueRef() {
        if (value_) value_->drop_reference();
    }
    const Value* get() const { return value_; }
    const Value* release() { return std::exchange(value_, nullptr); }
    const Value& operator*() const { return *value_; }
    const Value* operator->() const { return value_; }
    explicit operator bool() const { return value_ != nullptr; }

  private:
    explicit ValueRef(const Value* value) : value_(value) {}
    const Value* value_ = nullptr;
};

}  // namespace aside
