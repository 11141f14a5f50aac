// What the hot set asks of the engine: which keys are hot, and loading a list of them at leisure.

#include <algorithm>
#include <functional>
#include <map>

#include "engine/engine.h"
#include "runtime/when_all.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

std::vector<WarmKey> Engine::hot_set(std::size_t limit) const {
    std::map<std::pair<ValueKind, std::string>, std::uint32_t> heat;
    for (memory::HeldKey& held : memory_.values().hottest(limit))
        heat[{held.kind, std::move(held.key)}] = held.heat;
    // Of the very hottest the policy's small counters no longer tell one from another.
    for (HotKeys::Hot& hot : hot_keys_.top(limit)) {
        const auto more = std::min<std::uint64_t>(hot.estimated_hits, 1U << 30U);
        heat[{hot.kind, std::move(hot.bytes)}] += static_cast<std::uint32_t>(more);
    }
    std::vector<WarmKey> keys;
    keys.reserve(heat.size());
    for (auto& [key, hits] : heat) keys.push_back({key.first, hits, key.second});
    std::ranges::sort(keys, std::ranges::greater(), &WarmKey::heat);
    if (keys.size() > limit) keys.resize(limit);
    return keys;
}

bool Engine::take_cold_notice() {
    return remote_ && remote_->cold_noticed.exchange(false, std::memory_order_relaxed);
}

Task<> Engine::warm_up(Worker& worker, std::vector<WarmKey> keys, std::uint32_t in_flight) {
    if (warming_.exchange(true)) co_return;  // one at a time
    std::size_t next = 0;
    std::vector<Task<>> lanes;
    for (std::uint32_t i = 0; i < in_flight; ++i) lanes.push_back(warm_lane(worker, keys, next));
    co_await runtime::when_all(worker, std::move(lanes));
    warming_ = false;
}

// `keys` and `next` are warm_up's, which waits for its lanes.
Task<> Engine::warm_lane(Worker& worker, const std::vector<WarmKey>& keys, std::size_t& next) {
    while (next < keys.size() && !stop_warming_.load(std::memory_order_relaxed) &&
           !loader_.at_rest()) {
        const WarmKey& key = keys[next++];
        if (key.bytes.size() > options_.keys_max_bytes + std::size_t{1}) continue;
        metrics_.warmed.add(worker.index());
        co_await loader_.warm(worker, memory_.key(key.kind, key.bytes));
    }
}

Task<> Loader::warm(Worker& worker, KeyView key) {
    const auto joined = flights_.join(key, {}, Priority::warm_up, SteadyTime::min());
    if (!joined.led) co_return;
    metrics_.flights_led.add(worker.index());
    // L2 may lack what L1 has: it is looked at whatever L1 holds, where there is one.
    co_await run(worker, joined.flight, remote_ ? FlightStart::ask_l2 : FlightStart::look);
}

}  // namespace aside::engine
