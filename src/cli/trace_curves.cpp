#include "cli/trace_curves.h"

#include <algorithm>

#include "base/hash.h"
#include "sizing/redis_entry.h"

namespace aside::cli {

namespace {

// Sizes are kept of so many keys for each that is tracked; then those that are not are forgotten.
constexpr std::size_t kSizesForEach = 4;
constexpr std::uint64_t kHashSeed = 0x4d52432d63757276;  // any: not that of other tables

// Of the keys that may be remembered a quarter sorts the references.
std::size_t sorting_keys(const TraceCurveOptions& options) {
    return options.tracked_max / 4;
}

sizing::EstimatorOptions estimator(const TraceCurveOptions& options) {
    if (options.tracked_max == 0)
        return {.tracked_max = ~std::size_t{0}, .given_part = options.sampled_part};
    return {.tracked_max = options.tracked_max - sorting_keys(options),
            .given_part = options.sampled_part,
            .sorted = true};
}

}  // namespace

TraceCurves::TraceCurves(const TraceCurveOptions& options)
    : options_(options),
      strata_(sorting_keys(options)),
      plain_(estimator(options)),
      stored_(estimator(options)),
      index_(estimator(options)),
      highest_(plain_.highest_chosen()) {}

void TraceCurves::keep_size(std::uint64_t hash, std::uint64_t bytes) {
    if (options_.tracked_max > 0 && sizes_.size() >= kSizesForEach * options_.tracked_max) {
        std::erase_if(sizes_, [this](const auto& size) { return !plain_.tracks(size.first); });
        sizes_forgotten_ = true;
    }
    sizes_.insert_or_assign(hash, bytes);
}

// Where a record tells no size, as a 304 in an access log: the last one that the key had. Only of
// the keys that the curves follow is it known; any other is taken for one of mean size.
std::uint64_t TraceCurves::size_of(const traces::Record& record, std::uint64_t hash) {
    const bool followed = hash <= highest_;
    if (record.size_bytes > 0) {
        if (followed) keep_size(hash, record.size_bytes);
        ++sized_;
        sized_bytes_ += static_cast<double>(record.size_bytes);
        return record.size_bytes;
    }
    const auto known = sizes_.find(hash);
    if (known != sizes_.end()) return known->second;
    if ((!followed || sizes_forgotten_) && sized_ > 0)
        return static_cast<std::uint64_t>(sized_bytes_ / static_cast<double>(sized_));
    ++without_size_;
    return options_.value_bytes > 0 ? options_.value_bytes : 1;
}

std::uint64_t TraceCurves::time_of(const traces::Record& record) {
    if (record.time_ms == 0 && last_ms_ == 0 && options_.references_per_second > 0) {
        return static_cast<std::uint64_t>(static_cast<double>(references_) * 1e3 /
                                          options_.references_per_second);
    }
    if (references_ == 0) first_ms_ = last_ms_ = record.time_ms;
    if (record.time_ms < last_ms_) ++times_backwards_;
    last_ms_ = std::max(last_ms_, record.time_ms);
    return record.time_ms - std::min(record.time_ms, first_ms_);
}

void TraceCurves::add(const traces::Record& record) {
    const std::uint64_t hash = hash_bytes(record.key, kHashSeed);
    const std::uint64_t time = time_of(record);
    ++references_;
    const std::uint64_t bytes = size_of(record, hash);
    body_bytes_ += static_cast<double>(bytes);
    expires_ |= options_.lifetime_ms > 0 || record.ttl_s > 0;
    const std::uint8_t stratum = options_.tracked_max > 0 ? strata_.sort(hash) : std::uint8_t{0};
    if (hash <= highest_) return follow(record, {hash, time, bytes, stratum});
    for_each([stratum](sizing::CurveEstimator& estimator) { estimator.passed_over(1, stratum); });
}

void TraceCurves::follow(const traces::Record& record, const Read& read) {
    const auto [hash, time_ms, bytes, stratum] = read;
    const std::uint64_t ttl_ms = record.ttl_s * 1000;
    const bool told = options_.lifetime_ms > 0;
    const std::uint64_t fresh = told ? options_.fresh_ms : ttl_ms;
    const std::uint64_t lifetime = told ? options_.lifetime_ms : ttl_ms;
    const std::uint64_t stored =
        options_.sizes_as_given
            ? bytes
            : sizing::redis_entry_bytes(record.key.size() + sizing::kKeyPrefixBytes,
                                        bytes + sizing::kEnvelopeBytes);
    const std::uint64_t in_l1 = lifetime == 0 || options_.l1_lifetime_ms == 0
                                    ? lifetime
                                    : std::min(lifetime, options_.l1_lifetime_ms);
    if (lifetime > 0 && !l1_) {
        l1_.emplace(stored_);
        l1_alone_.emplace(stored_);
    }
    const sizing::SampledReference of_bodies{.hash = hash,
                                             .bytes = bytes,
                                             .time_ms = time_ms,
                                             .lifetime_ms = lifetime,
                                             .stratum = stratum};
    plain_.reference(of_bodies);
    sizing::SampledReference of_entries = of_bodies;
    of_entries.bytes = stored;
    of_entries.fresh_ms = fresh;
    stored_.reference(of_entries);
    of_entries.fresh_ms = 0;
    of_entries.lifetime_ms = in_l1;
    if (l1_) l1_->reference(of_entries);
    // In a process's own time everything lives so much shorter.
    of_entries.fresh_ms = fresh / options_.processes;
    of_entries.lifetime_ms = lifetime / options_.processes;
    if (l1_alone_) l1_alone_->reference(of_entries);
    sizing::SampledReference of_index = of_bodies;
    of_index.bytes = 1;
    of_index.lifetime_ms = options_.index_fresh_ms;
    index_.reference(of_index);
    follow_the_same();
}

// One whose keys expire sooner has room for more of them: it would follow the reads of all.
void TraceCurves::follow_the_same() {
    std::uint64_t lowest = highest_;
    for_each([&](const sizing::CurveEstimator& estimator) {
        lowest = std::min(lowest, estimator.highest_chosen());
    });
    if (lowest == highest_) return;
    highest_ = lowest;
    for_each([&](sizing::CurveEstimator& estimator) { estimator.narrow(lowest); });
}

double TraceCurves::mean_body_bytes() const {
    return references_ > 0 ? body_bytes_ / static_cast<double>(references_) : 0;
}

}  // namespace aside::cli
