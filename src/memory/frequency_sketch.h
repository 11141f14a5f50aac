// How often a key was asked for lately: a count-min sketch of 4-bit counters with ageing, as in
// TinyLFU (Einziger, Friedman, Manes, ACM ToS 2017) and with conservative update (Estan, Varghese,
// SIGCOMM 2002): only those of a key's counters grow that are its estimate, so that keys that share
// a counter disturb each other less. A key's four counters share one 64-byte block, so that an
// estimate costs one cache miss.
//
// Ageing halves every counter after kPeriod x entries additions. The halving is spread over the
// following additions (a few blocks each), so that no single insert pays for the whole table.
//
// Threads: guarded by the owner's lock.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace aside::memory {

class FrequencySketch {
  public:
    static constexpr unsigned kMaxCount = 15;

    explicit FrequencySketch(std::uint64_t entries);

    unsigned estimate(std::uint32_t fingerprint) const noexcept;
    void add(std::uint32_t fingerprint, unsigned times = 1) noexcept;

    // Doubles the table, keeping what is known, until it is right for that many entries.
    void reserve(std::uint64_t entries);

    std::uint64_t entries() const noexcept { return entries_; }
    std::uint64_t overhead_bytes() const noexcept { return blocks_.capacity() * sizeof(Block); }

  private:
    using Block = std::array<std::uint64_t, 8>;

    struct Place {
        std::uint64_t block;
        std::uint32_t bits;  // five a row: which word of the row's pair, which counter in it
    };

    static unsigned smallest(const Block& block, std::uint32_t bits) noexcept;
    Place place(std::uint32_t fingerprint) const noexcept;
    bool awaits_halving(std::uint64_t block) const noexcept {
        return block >= swept_;  // swept_ is past the end while no sweep is under way
    }
    void age() noexcept;

    std::uint64_t entries_;
    std::uint64_t additions_ = 0;
    std::uint64_t swept_;  // blocks below it are already halved in the present sweep
    std::vector<Block> blocks_;
};

}  // namespace aside::memory
