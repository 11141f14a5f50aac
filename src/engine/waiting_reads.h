// Reads of chosen keys that one worker has still to tell the miss-ratio curve of: so that it takes
// the curve's lock for many of them at once, and for a key that everybody reads hardly at all.
//
// One of the latest few keys is not added again but counted: next to nothing was read since. Thread
// rule: one owner, a worker. Units: milliseconds, bytes. Limits: kMost, 1 KiB.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aside::engine {

class WaitingReads {
  public:
    static constexpr std::size_t kMost = 32;
    static constexpr std::size_t kLatest = 4;  // in which a key is looked for
    static constexpr std::uint64_t kLongestMs = 1000;

    struct Read {
        std::uint64_t hash = 0;
        std::uint64_t at_ms = 0;
        std::uint32_t stored_bytes = 0, body_bytes = 0;
        std::uint32_t times = 1;
        bool versioned = false;
    };

    // Counts it where one of the same key is that was good for so long.
    bool again(std::uint64_t hash, std::uint64_t now_ms, std::uint64_t good_for_ms) {
        const std::size_t latest = std::min(count_, kLatest);
        for (Read& read : std::span(reads_).subspan(count_ - latest, latest)) {
            if (read.hash != hash || now_ms - read.at_ms >= good_for_ms) continue;
            ++read.times;
            return true;
        }
        return false;
    }
    // Only while they are not due.
    void add(const Read& read) { reads_[count_++] = read; }

    // They are to be told: there is no room for more, or the first has waited long enough.
    bool due(std::uint64_t now_ms) const {
        return count_ == kMost || (count_ > 0 && now_ms - reads_[0].at_ms >= kLongestMs);
    }
    std::span<const Read> all() const { return std::span(reads_).first(count_); }
    void clear() { count_ = 0; }

  private:
    std::size_t count_ = 0;
    std::array<Read, kMost> reads_;
};

}  // namespace aside::engine
