// Streams of keys, a cache of bare nodes that replays them, and the LRU and optimal policies to
// compare with. For tests only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "memory/eviction.h"

namespace aside::memory::test {

using Stream = std::vector<std::uint64_t>;

inline Stream loop(std::uint64_t keys, std::size_t requests) {
    Stream stream(requests);
    for (std::size_t i = 0; i < requests; ++i) {
        stream[i] = i % keys;
    }
    return stream;
}

inline Stream zipf(std::size_t keys, double exponent, std::size_t requests) {
    std::vector<double> sums(keys);
    double sum = 0;
    for (std::size_t i = 0; i < keys; ++i) {
        sum += 1 / std::pow(static_cast<double>(i + 1), exponent);
        sums[i] = sum;
    }
    Random random(7);
    Stream stream(requests);
    for (std::uint64_t& key : stream) {
        const double point = random.unit() * sum;
        key = static_cast<std::uint64_t>(std::ranges::lower_bound(sums, point) - sums.begin());
    }
    return stream;
}

// Popular keys, interrupted every 5,000 requests by 3,000 keys that never come back.
inline Stream scans_over_hot_set(std::size_t requests) {
    Stream stream = zipf(5'000, 1.0, requests);
    for (std::size_t i = 0; i < requests; ++i) {
        if (i % 8'000 >= 5'000) {
            stream[i] = 1'000'000 + i;
        }
    }
    return stream;
}

// Every key is asked for a second and last time `distance` requests after the first.
inline Stream each_key_twice(std::size_t distance, std::size_t requests) {
    Stream stream(requests);
    const std::size_t block = distance * 2;
    for (std::size_t i = 0; i < requests; ++i) {
        stream[i] = i / block * distance + i % distance;
    }
    return stream;
}

struct ReplayOptions {
    std::uint64_t capacity = 0;
    std::uint64_t entries = 0;
    std::size_t batch = 1;          // sampled hits are told this many at a time
    std::uint64_t lose_one_in = 0;  // hits; 0: none is lost
};

class Replay {
  public:
    explicit Replay(const ReplayOptions& options)
        : options_(options), policy_(options.capacity, options.entries, 42) {}

    void request(std::uint64_t key, std::uint32_t charge = 1) {
        PolicyNode& node = nodes_[key];
        if (node.linked()) {
            hit(node, key);
        } else {
            ++misses_;
            VictimList victims;
            policy_.insert(node, hash(key), charge, victims);
            while (victims.pop() != nullptr) {
            }
        }
    }

    void replace(std::uint64_t key) {
        const auto present = nodes_.extract(key);
        PolicyNode& next = nodes_[key];
        if (!present.empty() && present.mapped().linked()) {
            VictimList victims;
            policy_.replace(present.mapped(), next, present.mapped().charge(), victims);
        }
    }

    std::uint64_t misses() const { return misses_; }
    const EvictionPolicy& policy() const { return policy_; }

  private:
    static std::uint64_t hash(std::uint64_t key) { return (key + 1) * 0xD6E8FEB86659FD93ULL; }

    void hit(PolicyNode& node, std::uint64_t key) {
        ++hits_;
        if (options_.lose_one_in != 0 && hits_ % options_.lose_one_in == 0) {
            return;
        }
        node.record_hit();
        if (policy_.sampled(hash(key))) {
            waiting_.push_back({.hash = hash(key), .charge = node.charge()});
        }
        if (waiting_.size() >= options_.batch) {
            for (const SampledHit& noted : waiting_) {
                policy_.on_sampled_hit(noted);
            }
            waiting_.clear();
        }
    }

    ReplayOptions options_;
    EvictionPolicy policy_;
    std::unordered_map<std::uint64_t, PolicyNode> nodes_;
    std::vector<SampledHit> waiting_;
    std::uint64_t misses_ = 0;
    std::uint64_t hits_ = 0;
};

inline std::uint64_t misses(const Stream& stream, const ReplayOptions& options) {
    Replay cache(options);
    for (const std::uint64_t key : stream) {
        cache.request(key);
    }
    return cache.misses();
}

inline std::uint64_t lru_misses(const Stream& stream, std::size_t capacity) {
    std::list<std::uint64_t> order;
    std::unordered_map<std::uint64_t, std::list<std::uint64_t>::iterator> places;
    std::uint64_t count = 0;
    for (const std::uint64_t key : stream) {
        if (const auto found = places.find(key); found != places.end()) {
            order.splice(order.begin(), order, found->second);
            continue;
        }
        ++count;
        order.push_front(key);
        places[key] = order.begin();
        if (order.size() > capacity) {
            places.erase(order.back());
            order.pop_back();
        }
    }
    return count;
}

// Belady's MIN, with bypass: what is needed last, the new key included, is not kept.
inline std::uint64_t optimal_misses(const Stream& stream, std::size_t capacity) {
    std::vector<std::size_t> next(stream.size());
    std::unordered_map<std::uint64_t, std::size_t> later;
    for (std::size_t i = stream.size(); i-- > 0;) {
        const auto [place, first] = later.try_emplace(stream[i], i);
        next[i] = first ? stream.size() + i : std::exchange(place->second, i);
    }
    std::set<std::pair<std::size_t, std::uint64_t>> kept;  // by next use
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        count += kept.erase({i, stream[i]}) == 0 ? 1 : 0;
        kept.insert({next[i], stream[i]});
        if (kept.size() > capacity) {
            kept.erase(std::prev(kept.end()));
        }
    }
    return count;
}

}  // namespace aside::memory::test
