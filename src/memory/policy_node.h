// The part of a cache entry that the eviction policy owns, and the queues it stands in.
//
// Threads: everything here is guarded by the lock of the shard that owns the policy, except
// PolicyNode::record_hit(), which any thread may call at any time while the node is alive.
// Ownership: queues never own nodes; the store does.
#pragma once

#include <atomic>
#include <cstdint>

namespace aside::memory {

enum class Segment : std::uint8_t { kNone, kWindow, kMain };

class PolicyNode {
  public:
    // Hits counted between two examinations by the policy; more are not told apart.
    static constexpr std::uint8_t kMaxHits = 15;

    PolicyNode() = default;
    PolicyNode(const PolicyNode&) = delete;
    PolicyNode& operator=(const PolicyNode&) = delete;

    // Lock-free. A key that is already saturated costs a read and no write, so that a hot entry's
    // cache line stays shared among cores. Increments may be lost to a race: the policy tolerates
    // it.
    // False when it was saturated: such a hit is nothing new.
    bool record_hit() noexcept {
        const std::uint8_t seen = hits_.load(std::memory_order_relaxed);
        if (seen >= kMaxHits) return false;
        hits_.store(static_cast<std::uint8_t>(seen + 1), std::memory_order_relaxed);
        return true;
    }

    // How much the policy thinks of it; comparable within a store. Under the shard's lock.
    std::uint32_t heat() const noexcept {
        const std::uint32_t kept = segment_ == Segment::kMain ? 1 : 0;
        return ((kept + lives_) * (kMaxHits + 1U)) + hits_.load(std::memory_order_relaxed);
    }

    std::uint32_t charge() const noexcept { return charge_; }
    bool linked() const noexcept { return segment_ != Segment::kNone; }
    Segment segment() const noexcept { return segment_; }

  private:
    friend class NodeQueue;
    friend class SegmentedCache;
    friend class ShadowCache;

    std::uint8_t take_hits() noexcept {
        const std::uint8_t seen = hits_.load(std::memory_order_relaxed);
        if (seen != 0) {
            hits_.store(0, std::memory_order_relaxed);
        }
        return seen;
    }

    PolicyNode* older_ = nullptr;
    PolicyNode* newer_ = nullptr;
    std::uint32_t fingerprint_ = 0;
    std::uint32_t charge_ = 0;
    std::atomic<std::uint8_t> hits_{0};
    std::uint8_t lives_ = 0;  // passes of the main queue's hand it will survive
    Segment segment_ = Segment::kNone;
};

static_assert(sizeof(PolicyNode) <= 32, "embedded in every cache entry");

// A first-in first-out queue of nodes that knows the sum of their charges.
class NodeQueue {
  public:
    explicit NodeQueue(Segment name) noexcept : name_(name) {}
    NodeQueue(const NodeQueue&) = delete;
    NodeQueue& operator=(const NodeQueue&) = delete;

    bool empty() const noexcept { return oldest_ == nullptr; }
    std::uint64_t charge() const noexcept { return charge_; }
    std::uint64_t size() const noexcept { return size_; }
    PolicyNode* oldest() const noexcept { return oldest_; }

    void push_newest(PolicyNode& node) noexcept {
        node.older_ = newest_;
        node.newer_ = nullptr;
        (newest_ != nullptr ? newest_->newer_ : oldest_) = &node;
        newest_ = &node;
        account(node);
    }

    void push_oldest(PolicyNode& node) noexcept {
        node.newer_ = oldest_;
        node.older_ = nullptr;
        (oldest_ != nullptr ? oldest_->older_ : newest_) = &node;
        oldest_ = &node;
        account(node);
    }

    void unlink(PolicyNode& node) noexcept {
        (node.older_ != nullptr ? node.older_->newer_ : oldest_) = node.newer_;
        (node.newer_ != nullptr ? node.newer_->older_ : newest_) = node.older_;
        node.older_ = nullptr;
        node.newer_ = nullptr;
        node.segment_ = Segment::kNone;
        charge_ -= node.charge_;
        --size_;
    }

    // Puts `next`, unlinked, where `present` stands.
    void replace(PolicyNode& present, PolicyNode& next) noexcept {
        next.older_ = present.older_;
        next.newer_ = present.newer_;
        (next.older_ != nullptr ? next.older_->newer_ : oldest_) = &next;
        (next.newer_ != nullptr ? next.newer_->older_ : newest_) = &next;
        present.older_ = nullptr;
        present.newer_ = nullptr;
        present.segment_ = Segment::kNone;
        charge_ -= present.charge_;
        --size_;
        account(next);
    }

    // Null when empty.
    PolicyNode* pop_oldest() noexcept {
        PolicyNode* node = oldest_;
        if (node != nullptr) {
            unlink(*node);
        }
        return node;
    }

  private:
    void account(PolicyNode& node) noexcept {
        node.segment_ = name_;
        charge_ += node.charge_;
        ++size_;
    }

    PolicyNode* oldest_ = nullptr;
    PolicyNode* newest_ = nullptr;
    std::uint64_t charge_ = 0;
    std::uint64_t size_ = 0;
    Segment name_;
};

// Nodes that the policy gave up, chained through their own links: the caller pops and frees them.
// They belong to no segment any more.
class VictimList {
  public:
    VictimList() noexcept : queue_(Segment::kNone) {}
    bool empty() const noexcept { return queue_.empty(); }
    std::uint64_t size() const noexcept { return queue_.size(); }
    PolicyNode* pop() noexcept { return queue_.pop_oldest(); }

  private:
    friend class SegmentedCache;
    NodeQueue queue_;
};

}  // namespace aside::memory
