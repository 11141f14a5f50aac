// The order in which an LRU holds keys, and how many entries and bytes lie above one of them: its
// stack distance. A key is found in an LRU cache that has room for its distance, and in no smaller
// one.
//
// Keys are numbered by the caller. A Fenwick tree over the order of the last touches gives each
// distance in O(log n) (Bennett and Kruskal, "LRU Stack Processing", IBM J. R&D 1975); when its
// positions are used up the order is packed again, which costs O(1) a touch. Thread rule: one
// owner. Units: bytes. Limits: 2^31 keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aside::sizing {

struct StackDistance {
    std::uint64_t entries = 0;  // itself included
    std::uint64_t bytes = 0;
};

class LruStack {
  public:
    LruStack();

    bool holds(std::uint32_t key) const { return key < positions_.size() && positions_[key] != 0; }
    // Of a key that is held: as if it had the size it had when it was touched last.
    StackDistance distance(std::uint32_t key) const;
    std::uint64_t bytes_of(std::uint32_t key) const { return sizes_[key]; }  // that size
    // Puts it on top.
    void touch(std::uint32_t key, std::uint64_t bytes);
    void remove(std::uint32_t key);

    std::uint64_t entries() const { return entries_; }
    std::uint64_t bytes() const { return bytes_; }
    std::size_t memory_bytes() const;

  private:
    struct Node {
        std::uint64_t bytes = 0;
        std::uint32_t entries = 0;
    };

    void add(std::uint32_t position, std::int64_t entries, std::int64_t bytes);
    StackDistance up_to(std::uint32_t position) const;
    void pack();

    std::vector<std::uint32_t> positions_;  // by key; 0: not held
    std::vector<std::uint64_t> sizes_;      // by key
    std::vector<std::uint32_t> keys_;       // by position
    std::vector<Node> tree_;                // from 1 on
    std::uint32_t next_ = 1;
    std::uint64_t entries_ = 0, bytes_ = 0;
};

}  // namespace aside::sizing
