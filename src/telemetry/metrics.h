// Counters, histograms and gauges, in Prometheus' data model: cheap enough for the hit path, summed
// up only when somebody asks.
//
// Every worker counts in a block of memory of its own, so that no count moves a cache line between
// cores; render() adds the blocks up. Threads that are no worker (the blocking pool) pass kNoWorker
// and share one more block, counted in by atomic additions.
//
// Thread rule: everything from any thread; a worker's number is used by its own thread only.
// Registering locks, counting never does. Ownership: the Registry owns what it hands out; it must
// outlive every user of a handle. A gauge's function is called by render() on the thread that calls
// it: what it reads must outlive the last render(). Units: names say them (`_total` for counters,
// `_seconds` for histograms); durations are kept in nanoseconds and exported in seconds. Limits:
// kMaxSeries series and kMaxCells cells; what is registered beyond them counts into nothing and
// shows in aside_metrics_dropped_series. A malformed name is a mistake of the programmer and ends
// the process. Source of the bucket layout: HdrHistogram's log-linear buckets (G. Tene), here 4 per
// power of two.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace aside::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

// For threads that are no worker.
inline constexpr unsigned kNoWorker = ~0U;

namespace detail {

// One number per worker, and one for everybody else, each in its own block.
class Cells {
  public:
    using Cell = std::uint64_t;  // touched only through atomic_ref

    Cells(Cell* first, std::size_t stride, unsigned workers)
        : first_(first), stride_(stride), workers_(workers) {}

    void add(unsigned worker, std::size_t cell, std::uint64_t n) const {
        if (worker < workers_) [[likely]] {
            // Only this thread writes the cell: a plain add, which others may read at any time.
            const std::atomic_ref mine(first_[worker * stride_ + cell]);
            mine.store(mine.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        } else {
            std::atomic_ref(first_[workers_ * stride_ + cell])
                .fetch_add(n, std::memory_order_relaxed);
        }
    }
    std::uint64_t sum(std::size_t cell) const {
        std::uint64_t total = 0;
        for (unsigned block = 0; block <= workers_; ++block) {
            total +=
                std::atomic_ref(first_[block * stride_ + cell]).load(std::memory_order_relaxed);
        }
        return total;
    }

  private:
    Cell* first_;
    std::size_t stride_;
    unsigned workers_;
};

}  // namespace detail

class Counter {
  public:
    explicit Counter(detail::Cells cells) : cells_(cells) {}
    void add(unsigned worker, std::uint64_t n = 1) { cells_.add(worker, 0, n); }
    std::uint64_t value() const { return cells_.sum(0); }

  private:
    detail::Cells cells_;
};

// Durations from under 1 µs to over 17 s, each known to within a quarter of its power of two.
class Histogram {
  public:
    static constexpr unsigned kLowestPower = 10;   // everything up to 2^10 ns is one bucket
    static constexpr unsigned kHighestPower = 34;  // everything over 2^34 ns is one bucket
    static constexpr unsigned kPerPower = 4;
    static constexpr unsigned kBuckets = 2 + (kHighestPower - kLowestPower) * kPerPower;
    static constexpr std::size_t kCells = kBuckets + 1;  // the last one is the sum in nanoseconds

    explicit Histogram(detail::Cells cells) : cells_(cells) {}

    void observe(unsigned worker, Duration took) {
        const auto ns = took.count() > 0 ? static_cast<std::uint64_t>(took.count()) : 0;
        cells_.add(worker, bucket_of(ns), 1);
        cells_.add(worker, kBuckets, ns);
    }

    std::uint64_t count() const;
    Duration sum() const;
    // The upper bound of the bucket that holds the q-th part of what was observed; 0 when nothing
    // was.
    Duration quantile(double q) const;

    // Bucket b holds what is over the bound of b - 1 and at most the bound of b.
    static constexpr std::size_t bucket_of(std::uint64_t ns) {
        if (ns <= (1ULL << kLowestPower)) return 0;
        if (ns > (1ULL << kHighestPower)) return kBuckets - 1;
        const std::uint64_t below =
            ns - 1;  // bounds belong to the bucket under them, as Prometheus' `le` says
        const unsigned power = static_cast<unsigned>(std::bit_width(below)) - 1;
        const auto quarter = static_cast<unsigned>(below >> (power - 2)) % kPerPower;
        return 1 + (power - kLowestPower) * kPerPower + quarter;
    }
    static constexpr std::uint64_t bound_of(std::size_t bucket) {
        const auto power = kLowestPower + static_cast<unsigned>(bucket) / kPerPower;
        return (1ULL << power) + (bucket % kPerPower) * (1ULL << (power - 2));
    }

    std::uint64_t in_bucket(std::size_t bucket) const { return cells_.sum(bucket); }

  private:
    detail::Cells cells_;
};

class Registry {
  public:
    static constexpr std::size_t kMaxSeries = 2048;
    static constexpr std::size_t kMaxCells =
        32768;  // 256 KiB a worker, of which only what is counted in becomes resident

    explicit Registry(unsigned workers);
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    unsigned workers() const { return workers_; }

    // The same name and labels give the same handle. Names are [a-z][a-z0-9_]*; counters end in
    // _total, histograms in _seconds.
    Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
    Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});
    // Read when asked for. Registered again, the newer function stands.
    void gauge(std::string_view name, std::string_view help, const Labels& labels,
               std::function<double()> read);
    // A counter that somebody else keeps (the memory tier counts its evictions under its own lock).
    void observed_counter(std::string_view name, std::string_view help, const Labels& labels,
                          std::function<std::uint64_t()> read);

    // What a family's counters that have these labels, and maybe others, count together. None: 0.
    std::uint64_t total(std::string_view name, const Labels& labels = {}) const;

    // Everything registered, as Prometheus' text format 0.0.4.
    std::string render() const;

  private:
    struct Impl;
    const unsigned workers_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aside::telemetry
