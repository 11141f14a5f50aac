// An Index or an ObjectStore behind a controllable fault, for tests and drills.
//
//   auto faults = std::make_shared<FaultSwitch>();
//   FaultObjects store(real_store, faults);
//   faults->set({.error_rate = kAlways, .error = Errc::busy});
//
// Thread rule: as the ports say; the switch may be turned from any thread. Ownership: shares the
// store behind and the switch. Errors: those of the store behind, FaultPlan::error, throttled over
// FaultPlan::most_in_progress, and timed_out for a hang that reached its deadline (kLongestHang
// when the request has none, and for writes, which have none).
#pragma once

#include <memory>

#include "engine/ports/origin.h"
#include "origin/fault/fault_call.h"

namespace aside::origin {

class FaultObjects final : public ObjectStore {
  public:
    FaultObjects(std::shared_ptr<ObjectStore> behind, std::shared_ptr<FaultSwitch> faults)
        : behind_(std::move(behind)), faults_(std::move(faults)) {}

    bool hedging_helps() const override { return behind_->hedging_helps(); }
    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;
    void thawed(SteadyTime now) override { behind_->thawed(now); }

  private:
    const std::shared_ptr<ObjectStore> behind_;
    const std::shared_ptr<FaultSwitch> faults_;
};

class FaultIndex final : public Index {
  public:
    FaultIndex(std::shared_ptr<Index> behind, std::shared_ptr<FaultSwitch> faults)
        : behind_(std::move(behind)), faults_(std::move(faults)) {}

    bool hedging_helps() const override { return behind_->hedging_helps(); }
    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;
    void thawed(SteadyTime now) override { behind_->thawed(now); }

  private:
    const std::shared_ptr<Index> behind_;
    const std::shared_ptr<FaultSwitch> faults_;
};

}  // namespace aside::origin
