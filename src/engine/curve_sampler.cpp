#include "engine/curve_sampler.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "sizing/redis_entry.h"

namespace aside::engine {

namespace {

// A read of a chosen key takes nearly a microsecond where the caches are busy: a hundredth of what
// an item of five objects costs (6 us) must be enough for all five.
constexpr double kFirstPart = 1.0 / 128;
constexpr Duration kHalfLife = std::chrono::minutes(30);
constexpr unsigned kPoints = 64;

std::uint64_t milliseconds(Duration span) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

std::uint32_t in_32_bits(std::uint64_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, ~std::uint32_t{0}));
}

std::uint64_t stored_bytes(const Value& value) {
    return sizing::redis_entry_bytes(value.key().size() + sizing::kKeyPrefixBytes,
                                     value.body().size() + sizing::kEnvelopeBytes);
}

template <class... Values>
void append(std::string& into, const char* format, Values... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    into += text.data();
}

}  // namespace

CurveSampler::CurveSampler(const EngineOptions& options, unsigned workers)
    : tracked_max_(options.curve_keys),
      workers_(workers),
      times_(times_of(options.objects)),
      versioned_times_{.lifetime_ms = milliseconds(options.remote_versioned_ttl)},
      reads_(std::make_unique<Reads[]>(workers)),
      highest_chosen_(0),
      estimator_({.tracked_max = options.curve_keys, .first_part = on() ? kFirstPart : 0}) {
    MutexLock lock(mutex_);
    highest_chosen_.store(estimator_.highest_chosen());
}

// Fresh, then answered stale while it is refreshed; what is older has to be loaded.
CurveSampler::Times CurveSampler::times_of(const FreshnessLimits& limits) {
    if (limits.fresh < std::chrono::milliseconds(1)) return {.fresh_ms = 1, .lifetime_ms = 1};
    return {.fresh_ms = milliseconds(limits.fresh),
            .lifetime_ms = milliseconds(limits.fresh + limits.stale_while_revalidate)};
}

void CurveSampler::sample(unsigned worker, const Value& value, SteadyTime now) {
    if (!on()) return;
    Reads& reads = reads_[worker];
    const bool versioned = value.kind() == ValueKind::versioned_object;
    const std::uint64_t now_ms = milliseconds(now.time_since_epoch());
    if (!reads.chosen.again(value.key_hash(), now_ms, times_for(versioned).good_for_ms())) {
        reads.chosen.add({.hash = value.key_hash(),
                          .at_ms = now_ms,
                          .stored_bytes = in_32_bits(stored_bytes(value)),
                          .body_bytes = in_32_bits(value.body().size()),
                          .versioned = versioned});
    }
    if (reads.chosen.due(now_ms)) tell(reads, now);
}

void CurveSampler::tell(Reads& reads, SteadyTime now) {
    MutexLock lock(mutex_);
    age(now);
    estimator_.passed_over(reads.passed_over);
    for (const WaitingReads::Read& read : reads.chosen.all()) {
        const Times& times = times_for(read.versioned);
        estimator_.reference({.hash = read.hash,
                              .bytes = read.stored_bytes,
                              .time_ms = read.at_ms,
                              .fresh_ms = times.fresh_ms,
                              .lifetime_ms = times.lifetime_ms,
                              .times = read.times});
        bodies_ += read.times;
        body_bytes_ += static_cast<double>(read.body_bytes) * read.times;
    }
    highest_chosen_.store(estimator_.highest_chosen(), std::memory_order_relaxed);
    reads.passed_over = 0;
    reads.chosen.clear();
}

void CurveSampler::age(SteadyTime now) {
    if (faded_ == SteadyTime{}) faded_ = now;
    while (now - faded_ >= kHalfLife) {
        estimator_.fade(0.5);
        estimator_.widen();
        bodies_ *= 0.5;
        body_bytes_ *= 0.5;
        faded_ += kHalfLife;
    }
}

std::string CurveSampler::json() const {
    sizing::MissRatioCurve curve;
    std::size_t tracked = 0;
    double part = 0, mean_bytes = 0;
    {
        MutexLock lock(mutex_);  // workers wait for it: the text is made outside
        curve = estimator_.curve();
        tracked = estimator_.tracked();
        part = estimator_.chosen_part();
        if (bodies_ > 0) mean_bytes = body_bytes_ / bodies_;
    }
    std::string json;
    append(json, R"({"policy":"lru","references":%.0f,"tracked_keys":%zu,"chosen_part":%.6g,)",
           curve.basis().references, tracked, part);
    append(json, R"("fresh_seconds":%.3f,"lifetime_seconds":%.3f,)",
           static_cast<double>(times_.fresh_ms) / 1e3,
           static_cast<double>(times_.lifetime_ms) / 1e3);
    append(json, R"("distinct_entries":%.0f,"distinct_bytes":%.0f,"mean_body_bytes":%.1f,)",
           curve.basis().distinct_entries, curve.basis().distinct_bytes, mean_bytes);
    json += R"("curve":[)";
    // With fractions: the sizes of a curve grow, also where there is next to nothing.
    const double entry_bytes = curve.bytes_per_entry();
    for (const sizing::CurvePoint& point : curve.sampled(kPoints)) {
        if (!json.ends_with('[')) json += ',';
        append(json, R"({"entries":%.1f,"bytes":%.3f,"miss_ratio":%.6f,"refresh_ratio":%.6f})",
               point.bytes / entry_bytes, point.bytes, point.miss_ratio, point.refresh_ratio);
    }
    return json + "]}";
}

std::size_t CurveSampler::memory_bytes() const {
    MutexLock lock(mutex_);
    return estimator_.memory_bytes() + workers_ * sizeof(Reads);
}

}  // namespace aside::engine
