// The origin that a simulated fleet shares: items and objects whose contents follow from their name
// and their generation, which writes raise; with latency, failures, reads that lag, and a count of
// what was loaded.
//
//   obj-N            an object of which only the newest generation can be had; every fifth does not
//                    exist in its odd generations (generation 0 is where it starts)
//   row-N version g  an object that never changes: one for each generation of an item
//   item-N           in generation g: row-N version g, then kRefsMore objects
//
// Each process looks at it through a ProcessOrigin, which counts what that process has under way.
// Thread rule: the world's thread. Ownership: borrows the world; outlives every load.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/origin.h"
#include "lab/sim/origin_model.h"
#include "runtime/sim/faults.h"
#include "runtime/sim/world.h"

namespace aside::lab {

// One thing that can be asked for and written: objects first, then items.
using ThingNumber = std::size_t;

class FleetOrigin {
  public:
    static constexpr std::size_t kRefsMore = 3;

    FleetOrigin(runtime::SimWorld& world, std::size_t objects, std::size_t items, Duration lag)
        : world_(world), objects_(objects), items_(items), model_(objects + items, lag) {}

    Duration latency_min = std::chrono::milliseconds(10);
    Duration latency_max = std::chrono::milliseconds(60);
    runtime::Ratio failure;  // per load

    std::size_t objects() const { return objects_; }
    std::size_t items() const { return items_; }
    std::size_t things() const { return objects_ + items_; }
    bool is_item(ThingNumber thing) const { return thing >= objects_; }
    // Its key or id.
    std::string name_of(ThingNumber thing) const;
    // Nothing: of a row, or of what never was.
    std::optional<ThingNumber> thing_of(std::string_view name, bool item) const;
    bool exists(ThingNumber thing, std::uint64_t generation) const;
    std::vector<Reference> references(ThingNumber item, std::uint64_t generation) const;
    static std::string row_name(ThingNumber item_number, std::uint64_t generation);

    OriginModel& model() { return model_; }
    const OriginModel& model() const { return model_; }
    Random& random() { return world_.worker(0).random(); }

    // How often each was answered in full, by name and generation ("obj-3#2", "row-1@4"); and how
    // often a validator was confirmed.
    std::map<std::string, unsigned> loads;
    std::uint64_t total = 0, index_loads = 0, confirmed = 0, failed = 0;
    SteadyTime failed_at = SteadyTime::min();  // the last time
    std::uint64_t loads_of(ThingNumber thing, std::uint64_t generation) const;

  private:
    runtime::SimWorld& world_;
    const std::size_t objects_, items_;
    OriginModel model_;
};

class ProcessOrigin final : public Index, public ObjectStore {
  public:
    explicit ProcessOrigin(FleetOrigin& shared) : shared_(shared) {}

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;

    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;

    struct InFlight {
        unsigned now = 0, most = 0;
    };
    InFlight index, objects;

  private:
    runtime::Task<bool> take_time(runtime::Worker& worker, InFlight& counted);
    runtime::Task<Result<void>> write(runtime::Worker& worker, ThingNumber thing);

    FleetOrigin& shared_;
};

}  // namespace aside::lab
