#include "memory/frequency_sketch.h"

#include <algorithm>

namespace aside::memory {
namespace {

constexpr std::uint64_t kCountersPerEntry = 16;
constexpr std::uint64_t kCountersPerBlock = 128;
constexpr std::uint64_t kMinBlocks = 4;
constexpr std::uint64_t kPeriod = 40;      // additions per entry between two halvings
constexpr std::uint64_t kSweepBlocks = 4;  // halved at each addition while a sweep runs
constexpr std::uint64_t kNibbles = 0x7777777777777777ULL;
constexpr unsigned kRows = 4;

std::uint64_t blocks_for(std::uint64_t entries) {
    return std::max(kMinBlocks,
                    (entries * kCountersPerEntry + kCountersPerBlock - 1) / kCountersPerBlock);
}

struct Counter {
    unsigned word;
    unsigned shift;
};

Counter counter(std::uint32_t bits, unsigned row) noexcept {
    const unsigned chosen = bits >> (row * 5);
    return {.word = row * 2 + (chosen & 1U), .shift = ((chosen >> 1U) & 15U) * 4};
}

}  // namespace

FrequencySketch::FrequencySketch(std::uint64_t entries)
    : entries_(std::max<std::uint64_t>(entries, 1)),
      swept_(blocks_for(entries_)),
      blocks_(swept_) {}

FrequencySketch::Place FrequencySketch::place(std::uint32_t fingerprint) const noexcept {
    std::uint64_t mixed = fingerprint * 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ (mixed >> 32U)) * 0xD6E8FEB86659FD93ULL;
    const std::uint64_t high = mixed >> 32U;
    return {.block = (high * blocks_.size()) >> 32U, .bits = static_cast<std::uint32_t>(mixed)};
}

unsigned FrequencySketch::smallest(const Block& block, std::uint32_t bits) noexcept {
    unsigned least = kMaxCount;
    for (unsigned row = 0; row < kRows; ++row) {
        const Counter c = counter(bits, row);
        least = std::min(least, static_cast<unsigned>(block[c.word] >> c.shift) & kMaxCount);
    }
    return least;
}

unsigned FrequencySketch::estimate(std::uint32_t fingerprint) const noexcept {
    const Place at = place(fingerprint);
    const unsigned least = smallest(blocks_[at.block], at.bits);
    return awaits_halving(at.block) ? least / 2 : least;
}

void FrequencySketch::add(std::uint32_t fingerprint, unsigned times) noexcept {
    if (times == 0) {
        return;
    }
    const Place at = place(fingerprint);
    Block& block = blocks_[at.block];
    // What is added before the sweep comes by counts double, since it is about to be halved.
    const unsigned amount = awaits_halving(at.block) ? times * 2 : times;
    const unsigned least = smallest(block, at.bits);
    const unsigned target = std::min(least + amount, kMaxCount);
    for (unsigned row = 0; row < kRows; ++row) {
        const Counter c = counter(at.bits, row);
        const unsigned now = static_cast<unsigned>(block[c.word] >> c.shift) & kMaxCount;
        block[c.word] += std::uint64_t{std::max(now, target) - now} << c.shift;
    }
    additions_ += target > least ? times : 0;
    age();
}

void FrequencySketch::age() noexcept {
    if (swept_ < blocks_.size()) {
        const std::uint64_t end = std::min<std::uint64_t>(swept_ + kSweepBlocks, blocks_.size());
        for (; swept_ < end; ++swept_) {
            for (std::uint64_t& word : blocks_[swept_]) {
                word = (word >> 1U) & kNibbles;
            }
        }
    } else if (additions_ >= entries_ * kPeriod) {
        additions_ /= 2;
        swept_ = 0;
    }
}

void FrequencySketch::reserve(std::uint64_t entries) {
    while (entries_ < entries) {
        // A key's new block is 2b or 2b+1 where b was its old one: both start as copies of it.
        std::vector<Block> doubled;
        doubled.reserve(blocks_.size() * 2);
        for (const Block& block : blocks_) {
            doubled.push_back(block);
            doubled.push_back(block);
        }
        blocks_ = std::move(doubled);
        entries_ *= 2;
        swept_ *= 2;
    }
}

}  // namespace aside::memory
