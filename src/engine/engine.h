// The engine: the read path of Aside behind the Service port.
//
// Where to read on:
//   hit_path.cpp      answers from L1 alone, synchronously
//   resolve.cpp       finds a list of keys: L1, else the key's flight, in the request's time
//   item_read.cpp     index entry, then its references, then one answer
//   object_read.cpp   one object
//   writes.cpp        writes and invalidation
//   lifecycle.cpp     a process that is frozen between requests
//   loader.h          flights: what a miss does
//   remote_cache.h    L2, where there is one
//   freshness.h       how old is too old
//   l1_validity.h     what L1 may answer without asking L2 again
//
// Thread rule: as the Service port says; all workers share one engine. Ownership: it borrows
// everything it is given, which must outlive it; it must outlive every task it started (runtimes
// wait for their tasks).
#pragma once

#include <atomic>
#include <memory>
#include <span>

#include "engine/curve_sampler.h"
#include "engine/engine_metrics.h"
#include "engine/flight_table.h"
#include "engine/freshness.h"
#include "engine/hot_keys.h"
#include "engine/hot_set_text.h"
#include "engine/index_entry.h"
#include "engine/loader.h"
#include "engine/memory_tier.h"
#include "engine/options.h"
#include "engine/origin_loader.h"
#include "engine/ports/lifecycle.h"
#include "engine/ports/remote_tier.h"
#include "engine/ports/service.h"
#include "engine/read_log.h"
#include "engine/remote_cache.h"
#include "engine/value_builder.h"

namespace aside::engine {

class Engine final : public Service, public Lifecycle, public RemoteEvents {
  public:
    // `workers`: how many workers will call. `registry` gets the engine's metrics. `remote`: L2, or
    // null; it is to tell this engine its events.
    Engine(EngineOptions options, unsigned workers, Index& index, ObjectStore& objects,
           telemetry::Registry& registry, RemoteTier* remote = nullptr);

    // Where failed loads are told. Before the first read; must outlive the last task.
    void log_to(telemetry::Logger& log) { loader_.log_to(log); }
    // Where reads are told, or null. Before the first read; must outlive the last task.
    void log_reads_to(ReadLog* log) { read_log_ = log; }

    EpochDomain& epochs() override { return epochs_; }

    bool try_object(runtime::Worker& worker, const ObjectQuery& query, Answer& answer) override;
    bool try_item(runtime::Worker& worker, const ItemQuery& query, Answer& answer) override;
    runtime::Task<> object(runtime::Worker& worker, ObjectQuery query, Answer& answer) override;
    runtime::Task<> item(runtime::Worker& worker, ItemQuery query, Answer& answer) override;

    runtime::Task<Result<TierReport>> invalidate_object(runtime::Worker& worker,
                                                        Reference reference) override;
    runtime::Task<Result<TierReport>> invalidate_item(runtime::Worker& worker,
                                                      std::string id) override;
    runtime::Task<Result<TierReport>> put_object(runtime::Worker& worker, Reference reference,
                                                 std::string body) override;
    runtime::Task<Result<TierReport>> remove_object(runtime::Worker& worker,
                                                    Reference reference) override;
    runtime::Task<Result<TierReport>> put_item(runtime::Worker& worker, std::string id,
                                               std::vector<Reference> references) override;
    runtime::Task<Result<TierReport>> remove_item(runtime::Worker& worker, std::string id) override;

    void first_answer_given(runtime::Worker& worker) override;
    runtime::Task<> settle(runtime::Worker& worker, SteadyTime deadline) override;
    void thawed(runtime::Worker& worker, Gap gap) override;

    // What L2 tells. Any worker.
    void key_invalidated(runtime::Worker& worker, RemoteKey key) override;
    void slots_unheard(runtime::Worker& worker, SlotRange slots) override;
    void slots_writable(runtime::Worker& worker, SlotRange slots) override;

    std::uint64_t lent_bytes() const override { return memory_.lent_bytes(); }
    std::uint64_t lent_max_bytes() const override { return options_.lent_max_bytes; }
    std::string status_json() const override;
    std::vector<HotKey> hot(std::size_t limit) const override;
    std::string curve_json() const override { return curve_.on() ? curve_.json() : ""; }

    // For HotSet: the keys worth having in a cache that starts cold, hottest first; has a node of
    // L2 come back empty since the last call; loads a list in its order, so many at a time, at the
    // lowest priority (does nothing while another list is being loaded).
    std::vector<WarmKey> hot_set(std::size_t limit) const;
    bool take_cold_notice();
    runtime::Task<> warm_up(runtime::Worker& worker, std::vector<WarmKey> keys,
                            std::uint32_t in_flight);
    void stop_warming() { stop_warming_ = true; }

    // Values on their way to L2 at the moment. Nobody need wait for them but a process that is
    // about to end.
    std::uint32_t fills_under_way() const { return remote_ ? remote_->filling.load() : 0; }

    memory::StoreStats memory_stats() const { return memory_.values().stats(); }

  private:
    // How one key of a request was answered.
    struct Resolved {
        Result<ValueRef> value = ValueRef();  // may be a value that says `absent`
        Source source = Source::l1;
        bool stale = false;
        std::string where = {};  // Step::where

        bool absent() const { return value && (*value)->absent(); }
    };
    // One key of a request that L1 did not settle, and the flight it waits for.
    struct Waiting {
        std::uint32_t position = 0;
        std::uint32_t slot = 0;
        ValueRef stale;  // usable if the flight fails
        std::shared_ptr<Flight> flight;
    };

    const FreshnessLimits& limits_of(ValueKind kind) const {
        return engine::limits_of(options_, kind);
    }
    // May be answered without asking L2 again.
    bool valid(const Value& value, SteadyTime now) const {
        return !remote_ || remote_->validity.holds(value, now);
    }

    // hit_path.cpp
    const Value* look(const KeyView& key, SteadyTime now, Freshness& freshness) const;
    void note_hit(runtime::Worker& worker, const Value& value, Freshness freshness);
    // That it was asked for, wherever it came from.
    void note_read(runtime::Worker& worker, const Value& value) {
        if (curve_.note(worker.index(), value)) curve_.sample(worker.index(), value, worker.now());
        if (read_log_) read_log_->note(worker, value);
    }

    // resolve.cpp
    runtime::Task<> resolve(runtime::Worker& worker, std::span<const KeyView> keys,
                            Loader::Wish wish, std::vector<Resolved>& resolved);
    bool settle_from_l1(runtime::Worker& worker, const KeyView& key, SteadyTime newer_than,
                        SteadyTime now, Resolved& resolved, ValueRef& stale);
    void settle_from_flight(runtime::Worker& worker, LoadOutcome* outcome, Waiting& waiting,
                            Resolved& resolved);
    void count_answered(runtime::Worker& worker, const Landed& landed);
    void count_stale(runtime::Worker& worker, StaleReason reason);

    // item_read.cpp
    runtime::Task<> read_item(runtime::Worker& worker, const ItemQuery& query, Answer& answer);
    bool compose(runtime::Worker& worker, const IndexEntry& entry, std::vector<Resolved>& resolved,
                 Answer& answer);
    bool compose_previous(runtime::Worker& worker, const IndexEntry& entry, Answer& answer);
    Result<void> check_object_query(const ObjectQuery& query) const;

    // writes.cpp
    struct CacheKey {
        ValueKind kind;
        std::string bytes;
    };
    Result<CacheKey> object_key(const Reference& reference) const;
    Result<CacheKey> item_key(std::string_view id) const;
    runtime::Task<TierReport> forget(runtime::Worker& worker, CacheKey key);
    runtime::Task<Result<TierReport>> forget_written(runtime::Worker& worker, CacheKey key,
                                                     Result<void> written);
    void register_gauges(telemetry::Registry& registry);
    void register_remote_gauges(telemetry::Registry& registry);

    const EngineOptions options_;
    EpochDomain epochs_;
    MemoryTier memory_;
    FlightTable flights_{memory_};
    EngineMetrics metrics_;
    HotKeys hot_keys_;
    CurveSampler curve_;
    ReadLog* read_log_ = nullptr;
    Index& index_;
    ObjectStore& objects_;
    OriginLoader origin_;
    ValueBuilder builder_{options_, memory_};
    runtime::Task<> warm_lane(runtime::Worker& worker, const std::vector<WarmKey>& keys,
                              std::size_t& next);

    std::atomic<bool> warming_{false};
    std::atomic<bool> stop_warming_{false};
    const std::unique_ptr<RemoteCache> remote_;  // null: there is no L2
    Loader loader_;
};

// Adds a resolved or found value to an answer's totals: age, ETag, size, sources.
void tally(Answer& answer, const Value* value, Source source, bool stale, SteadyTime now);

}  // namespace aside::engine
