#include "engine/hot_keys.h"

#include <algorithm>
#include <map>

namespace aside::engine {

void HotKeys::count(Summary& summary, const Value& value) {
    MutexLock lock(summary.mutex);
    if (++summary.samples == kHalveAfter) {
        summary.samples = 0;
        for (Tracked& tracked : summary.tracked) tracked.samples /= 2;
    }
    Tracked* least = &summary.tracked[0];
    for (Tracked& tracked : summary.tracked) {
        if (tracked.hash == value.key_hash() && tracked.kind == value.kind() &&
            tracked.samples > 0) {
            ++tracked.samples;
            return;
        }
        if (tracked.samples < least->samples) least = &tracked;
    }
    // Takes the place, and the count, of the least: an estimate never too low.
    least->hash = value.key_hash();
    least->kind = value.kind();
    least->bytes.assign(value.key());
    ++least->samples;
}

std::vector<HotKeys::Hot> HotKeys::top(std::size_t limit) const {
    std::map<std::pair<ValueKind, std::string>, std::uint64_t> merged;
    for (unsigned worker = 0; worker < workers_; ++worker) {
        const Summary& summary = summaries_[worker];
        MutexLock lock(summary.mutex);
        for (const Tracked& tracked : summary.tracked) {
            if (tracked.samples > 0) merged[{tracked.kind, tracked.bytes}] += tracked.samples;
        }
    }
    std::vector<Hot> hot;
    hot.reserve(merged.size());
    for (const auto& [key, samples] : merged)
        hot.push_back({key.first, key.second, samples * kSampleEvery});
    std::ranges::sort(
        hot, [](const Hot& a, const Hot& b) { return a.estimated_hits > b.estimated_hits; });
    if (hot.size() > limit) hot.resize(limit);
    return hot;
}

}  // namespace aside::engine
