// What the parts of the tier share: options, the current slot map, what is known of nodes, metrics.
//
// Thread rule: each member says. Ownership: made by RedisTier, destroyed after every link and task.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "base/mutex.h"
#include "redis/cold_shard.h"
#include "redis/options.h"
#include "redis/protocol/key_names.h"
#include "redis/slow_nodes.h"
#include "redis/tier_metrics.h"
#include "redis/topology/node_numbers.h"
#include "redis/topology/slot_map.h"
#include "runtime/runtime.h"
#include "telemetry/log.h"

namespace aside::redis {

// The map in force. Readers on a worker keep a copy and look at version() (one relaxed load) before
// each use.
class MapHolder {
  public:
    std::shared_ptr<const SlotMap> load() const {
        MutexLock lock(mutex_);
        return map_;
    }
    void store(std::shared_ptr<const SlotMap> map) {
        MutexLock lock(mutex_);
        map_ = std::move(map);
        version_.fetch_add(1, std::memory_order_release);
    }
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  private:
    mutable Mutex mutex_;
    std::shared_ptr<const SlotMap> map_ ASIDE_GUARDED_BY(mutex_) = std::make_shared<SlotMap>();
    std::atomic<std::uint64_t> version_ = 1;
};

// Nodes whose nil is not to be trusted: suspect since the last map. Set when a node fell silent,
// lost its connections or spoke of its own demotion; taken back when a map made after that names it
// as the slots' primary. One that says it is cut off from the cluster must also say that it is not
// any more. Any thread.
class NodeTrust {
  public:
    void distrust(NodeId node) { doubts_[node].fetch_or(kDoubted, std::memory_order_release); }
    void cut_off(NodeId node) {
        doubts_[node].fetch_or(kDoubted | kCutOff, std::memory_order_release);
    }
    void trust(NodeId node) { doubts_[node].store(0, std::memory_order_release); }
    bool trusted(NodeId node) const { return doubts_[node].load(std::memory_order_acquire) == 0; }
    bool is_cut_off(NodeId node) const {
        return (doubts_[node].load(std::memory_order_acquire) & kCutOff) != 0;
    }

  private:
    static constexpr std::uint8_t kDoubted = 1, kCutOff = 2;
    std::array<std::atomic<std::uint8_t>, kNodesMax> doubts_{};
};

// Implemented by the control plane. Any thread: each posts to the control worker.
class ControlRequests {
  public:
    virtual void refresh(RefreshReason reason) = 0;
    // MOVED: patch the slot, then refresh.
    virtual void moved(std::uint16_t slot, runtime::Endpoint to) = 0;

  protected:
    ~ControlRequests() = default;
};

struct TierState {
    TierState(TierOptions given, runtime::Runtime& on, telemetry::Registry& counts,
              PasswordSource* passwords, telemetry::Logger* logger);

    const TierOptions options;
    runtime::Runtime& runtime;
    telemetry::Registry& registry;
    telemetry::Logger* const log;  // may be null
    const KeyNaming names;
    TierMetrics metrics;
    DialBudget dials;
    NodeDoors doors;
    LinkEnvironment links;
    NodeNumbers numbers;  // any thread
    MapHolder map;        // any thread; stored by the control worker alone
    NodeTrust trust;
    SlowNodes slow;                      // any thread
    ColdShards cold;                     // any thread
    ControlRequests* control = nullptr;  // constant after start
    RemoteEvents* events = nullptr;      // constant after start
    std::atomic<bool> stopping = false;
    // Any thread. No connection is opened but those that reads need: the first answer is awaited.
    bool sparing() const { return sparing_.load(std::memory_order_relaxed); }
    // True: it was the first.
    bool first_answer_given() { return sparing_.exchange(false); }
    // When a time began in which this process stood still, the latest that was told. A worker looks
    // here before it reads: its post may still be on the way. Any thread.
    std::atomic<SteadyTime> thawed_since = SteadyTime::min();
    // In which what was spared is opened, at a random moment.
    static constexpr Duration kOpenWithin = std::chrono::seconds(1);
    SteadyTime opening_time(runtime::Worker& worker) const;

  private:
    std::atomic<bool> sparing_;
};

}  // namespace aside::redis
