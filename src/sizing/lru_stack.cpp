#include "sizing/lru_stack.h"

#include <algorithm>

namespace aside::sizing {

namespace {

constexpr std::uint32_t kFewPositions = 1024;
constexpr std::uint32_t kNobody = ~0U;

}  // namespace

LruStack::LruStack() : keys_(kFewPositions, kNobody), tree_(kFewPositions) {}

void LruStack::add(std::uint32_t position, std::int64_t entries, std::int64_t bytes) {
    for (std::uint32_t at = position; at < tree_.size(); at += at & (~at + 1)) {
        tree_[at].entries = static_cast<std::uint32_t>(tree_[at].entries + entries);
        tree_[at].bytes += static_cast<std::uint64_t>(bytes);
    }
}

StackDistance LruStack::up_to(std::uint32_t position) const {
    StackDistance sum;
    for (std::uint32_t at = position; at > 0; at &= at - 1) {
        sum.entries += tree_[at].entries;
        sum.bytes += tree_[at].bytes;
    }
    return sum;
}

StackDistance LruStack::distance(std::uint32_t key) const {
    const StackDistance below = up_to(positions_[key] - 1);
    return {entries_ - below.entries, bytes_ - below.bytes};
}

void LruStack::touch(std::uint32_t key, std::uint64_t bytes) {
    if (key >= positions_.size()) {
        positions_.resize(key + 1, 0);
        sizes_.resize(key + 1, 0);
    }
    remove(key);
    if (next_ == tree_.size()) pack();
    positions_[key] = next_;
    sizes_[key] = bytes;
    keys_[next_] = key;
    add(next_++, 1, static_cast<std::int64_t>(bytes));
    ++entries_;
    bytes_ += bytes;
}

void LruStack::remove(std::uint32_t key) {
    if (!holds(key)) return;
    const std::uint32_t position = positions_[key];
    add(position, -1, -static_cast<std::int64_t>(sizes_[key]));
    keys_[position] = kNobody;
    positions_[key] = 0;
    --entries_;
    bytes_ -= sizes_[key];
}

// Gives positions anew, from the oldest on, with as many free ones behind them as there are keys.
void LruStack::pack() {
    const std::size_t room = std::max<std::size_t>(kFewPositions, 2 * (entries_ + 1));
    std::vector<std::uint32_t> order;
    order.reserve(entries_);
    for (std::uint32_t position = 1; position < next_; ++position) {
        if (keys_[position] != kNobody) order.push_back(keys_[position]);
    }
    keys_.assign(room, kNobody);
    tree_.assign(room, Node{});
    next_ = 1;
    for (const std::uint32_t key : order) {
        positions_[key] = next_;
        keys_[next_] = key;
        tree_[next_] = {sizes_[key], 1};
        ++next_;
    }
    // Each node hands on what it has to the one above it: built in one pass.
    for (std::uint32_t at = 1; at < tree_.size(); ++at) {
        const std::uint32_t above = at + (at & (~at + 1));
        if (above >= tree_.size()) continue;
        tree_[above].entries += tree_[at].entries;
        tree_[above].bytes += tree_[at].bytes;
    }
}

std::size_t LruStack::memory_bytes() const {
    return positions_.capacity() * sizeof(std::uint32_t) +
           sizes_.capacity() * sizeof(std::uint64_t) + keys_.capacity() * sizeof(std::uint32_t) +
           tree_.capacity() * sizeof(Node);
}

}  // namespace aside::sizing
