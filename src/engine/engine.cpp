#include "engine/engine.h"

namespace aside::engine {

Engine::Engine(EngineOptions options, unsigned workers, Index& index, ObjectStore& objects,
               telemetry::Registry& registry, RemoteTier* remote)
    : options_(options),
      epochs_(workers),
      memory_(options_, epochs_),
      metrics_(registry),
      hot_keys_(workers),
      curve_(options_, workers),
      index_(index),
      objects_(objects),
      origin_(options_, memory_, index, objects, metrics_),
      remote_(remote ? std::make_unique<RemoteCache>(options_, builder_, *remote, registry)
                     : nullptr),
      loader_(options_, epochs_, memory_, flights_, origin_, builder_, metrics_, remote_.get()) {
    register_gauges(registry);
    if (remote_) register_remote_gauges(registry);
}

void Engine::register_gauges(telemetry::Registry& registry) {
    const auto l1 = [&](const char* name, const char* help, auto read) {
        registry.gauge(name, help, {}, [this, read] { return static_cast<double>(read(memory_)); });
    };
    l1("aside_l1_bytes", "Memory L1 uses, overhead included", [](const MemoryTier& memory) {
        const memory::StoreStats values = memory.values().stats();
        const memory::StoreStats absents = memory.absents().stats();
        return values.used_bytes + values.overhead_bytes + absents.used_bytes +
               absents.overhead_bytes;
    });
    l1("aside_l1_capacity_bytes", "The bound on aside_l1_bytes", [](const MemoryTier& memory) {
        return memory.values().stats().capacity_bytes + memory.absents().stats().capacity_bytes;
    });
    l1("aside_l1_entries", "Values in L1",
       [](const MemoryTier& memory) { return memory.values().stats().entries; });
    l1("aside_l1_absent_entries", "Keys L1 knows to be absent",
       [](const MemoryTier& memory) { return memory.absents().stats().entries; });
    l1("aside_l1_lent_bytes", "Bytes that left L1 while answers still hold them",
       [](const MemoryTier& memory) { return memory.lent_bytes(); });
    registry.observed_counter("aside_l1_evictions_total", "Values pushed out of L1 to make room",
                              {}, [this] { return memory_.values().stats().evictions; });
    registry.observed_counter("aside_l1_not_admitted_total",
                              "Loaded values the policy did not keep", {},
                              [this] { return memory_.values().stats().not_admitted; });
    const auto origin = [&](const char* name, const char* help, const char* store, auto read) {
        registry.gauge(name, help, {{"store", store}},
                       [read] { return static_cast<double>(read()); });
    };
    origin_.index_gate().register_metrics(registry, "index");
    origin_.objects_gate().register_metrics(registry, "objects");
    constexpr const char* kInFlight = "Loads the origin is working on";
    constexpr const char* kQueued = "Loads waiting for room before the origin";
    origin("aside_origin_in_flight", kInFlight, "index",
           [this] { return origin_.index_queue().in_use(); });
    origin("aside_origin_in_flight", kInFlight, "objects",
           [this] { return origin_.objects_queue().in_use(); });
    origin("aside_origin_queued", kQueued, "index",
           [this] { return origin_.index_queue().waiting(); });
    origin("aside_origin_queued", kQueued, "objects",
           [this] { return origin_.objects_queue().waiting(); });
    registry.gauge("aside_origin_bytes_in_flight", "Bytes reserved by loads in progress", {},
                   [this] { return static_cast<double>(origin_.bytes_in_flight().in_use()); });
    registry.gauge("aside_flights_in_progress", "Keys being loaded", {},
                   [this] { return static_cast<double>(flights_.in_flight()); });
}

void Engine::register_remote_gauges(telemetry::Registry& registry) {
    registry.gauge("aside_owed_fills", "Fills that wait until L2 takes them", {},
                   [this] { return static_cast<double>(remote_->owed.entries()); });
    registry.gauge("aside_owed_fill_bytes", "Bytes of their keys", {},
                   [this] { return static_cast<double>(remote_->owed.bytes()); });
    registry.gauge("aside_l1_staleness_bound_seconds",
                   "How long this process can differ from the others when an invalidation does not "
                   "reach it, while L2 answers",
                   {},
                   [this] { return std::chrono::duration<double>(options_.l1_max_age).count(); });
    registry.gauge("aside_cold_loads_in_flight", "Loads of shards of L2 that came back empty", {},
                   [this] { return static_cast<double>(origin_.cold_in_use()); });
}

namespace {

// Appends "name":number members, comma-separated.
class Members {
  public:
    explicit Members(std::string& out) : out_(out) {}
    Members& add(std::string_view name, std::uint64_t number) {
        next(name).append(std::to_string(number));
        return *this;
    }
    // Members that are JSON already, or nothing.
    Members& raw(std::string_view members) {
        if (members.empty()) return *this;
        if (!first_) out_.append(1, ',');
        first_ = false;
        out_.append(members);
        return *this;
    }
    template <class Fill>
    Members& object(std::string_view name, Fill fill) {
        next(name).append(1, '{');
        Members inner(out_);
        fill(inner);
        out_.append(1, '}');
        return *this;
    }

  private:
    std::string& next(std::string_view name) {
        if (!first_) out_.append(1, ',');
        first_ = false;
        return out_.append(1, '"').append(name).append("\":");
    }
    std::string& out_;
    bool first_ = true;
};

}  // namespace

std::string Engine::status_json() const {
    const memory::StoreStats values = memory_.values().stats();
    const memory::StoreStats absents = memory_.absents().stats();
    const auto queue = [](const AdmissionQueue& admission) {
        return [&](Members& store) {
            store.add("in_flight", admission.in_use()).add("queued", admission.waiting());
        };
    };
    std::string out;
    Members(out)
        .object("l1",
                [&](Members& l1) {
                    l1.add("entries", values.entries)
                        .add("used_bytes", values.used_bytes)
                        .add("overhead_bytes", values.overhead_bytes)
                        .add("capacity_bytes", values.capacity_bytes)
                        .add("lent_bytes", lent_bytes())
                        .add("lent_max_bytes", options_.lent_max_bytes)
                        .add("evictions", values.evictions)
                        .add("not_admitted", values.not_admitted)
                        .add("absent_entries", absents.entries);
                })
        .raw(remote_ ? "\"l2\":{" + remote_->tier.status_json() + "}" : "")
        .object("origin",
                [&](Members& origin) {
                    origin.object("index", queue(origin_.index_queue()))
                        .object("objects", queue(origin_.objects_queue()))
                        .add("bytes_in_flight", origin_.bytes_in_flight().in_use());
                })
        .add("flights", flights_.in_flight());
    return out;
}

std::vector<HotKey> Engine::hot(std::size_t limit) const {
    std::vector<HotKey> hot;
    for (HotKeys::Hot& one : hot_keys_.top(limit)) {
        hot.push_back({one.kind == ValueKind::index_entry ? "item" : "object",
                       readable(one.kind, one.bytes), one.estimated_hits});
    }
    return hot;
}

}  // namespace aside::engine
