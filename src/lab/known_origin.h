// An origin whose every answer can be checked: objects obj-0 … obj-(N-1) with the bodies of
// known_values.h, made up when asked for; nothing else exists. It counts what it is asked.
//
// Thread rule: loads on any worker; the rest from any thread. Must outlive every load.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "engine/ports/origin.h"

namespace aside::lab {

struct OriginOptions {
    std::uint64_t objects = 10'000;
    std::size_t body_bytes = 512;
    Duration latency = std::chrono::milliseconds(5);
};

class KnownOrigin final : public Index, public ObjectStore {
  public:
    explicit KnownOrigin(OriginOptions options)
        : options_(options), generations_(options.objects), loads_(options.objects) {}

    const OriginOptions& options() const { return options_; }

    // A write at the origin: from now on loads find the next generation. Gives it.
    std::uint64_t write(std::uint64_t object) {
        return generations_[object].fetch_add(1, std::memory_order_acq_rel) + 1;
    }
    std::uint64_t generation(std::uint64_t object) const {
        return generations_[object].load(std::memory_order_acquire);
    }

    std::uint64_t loads() const { return total_.load(std::memory_order_relaxed); }
    std::uint64_t loads_of(std::uint64_t object) const {
        return loads_[object].load(std::memory_order_relaxed);
    }
    std::uint64_t loads_of_objects() const;  // of those that exist
    std::uint64_t most_loads_of_one() const;
    std::uint64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
    std::uint64_t most_in_flight() const { return peak_.load(std::memory_order_relaxed); }
    void forget_counts();

    // Loads read their body, then wait until this is taken back: an answer that is on its way.
    void hold_answers(bool hold) { hold_.store(hold, std::memory_order_release); }
    void set_latency(Duration latency) {
        latency_ns_.store(latency.count(), std::memory_order_relaxed);
    }

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;

    // No items.
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;

  private:
    std::string answer_to(const std::string& key);
    void begin_load();

    const OriginOptions options_;
    std::vector<std::atomic<std::uint32_t>> generations_;
    std::vector<std::atomic<std::uint32_t>> loads_;  // by object
    std::atomic<std::uint64_t> total_{0}, in_flight_{0}, peak_{0};
    std::atomic<bool> hold_{false};
    std::atomic<Duration::rep> latency_ns_{options_.latency.count()};
};

// The number of a key of known_key(); kNoNumber for any other text.
inline constexpr std::uint64_t kNoNumber = ~0ULL;
std::uint64_t number_of_key(std::string_view key);

}  // namespace aside::lab
