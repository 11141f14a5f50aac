// Verifies each answer of a trial's load and writes it down.
//
// Thread rule: exchange_ended() on the load's worker; demand() from any thread; take() when the
// load has ended. Ownership: borrows the dataset.
#pragma once

#include <utility>
#include <vector>

#include "base/mutex.h"
#include "lab/load/exchange.h"
#include "lab/origin/dataset.h"
#include "lab/trials/record.h"
#include "lab/trials/workload.h"

namespace aside::lab::trials {

// What a load's keys number.
enum class Asked : std::uint8_t { items, objects };

class RequestLog final : public load::ExchangeObserver {
  public:
    RequestLog(const Dataset& data, const Workload& workload, Asked asked)
        : data_(data), workload_(workload), asked_(asked) {}

    // An answer to a request due after `at` must hold this generation of the object, or a later
    // one.
    void demand(std::uint32_t object, std::uint32_t generation, SteadyTime at)
        ASIDE_EXCLUDES(mutex_);

    void exchange_ended(const load::Exchange& exchange) override;
    void cdn_answered(const load::CdnExchange& exchange) override;
    std::vector<RequestRecord> take() { return std::exchange(requests_, {}); }

  private:
    struct Demand {
        std::uint32_t object, generation;
        SteadyTime at;
    };
    void verify(const load::Exchange& exchange, RequestRecord& record);
    bool read(const RequestRecord& record, std::string_view body);
    bool holds_older(const RequestRecord& record) ASIDE_EXCLUDES(mutex_);

    const Dataset& data_;
    const Workload& workload_;
    const Asked asked_;
    Mutex mutex_;
    std::vector<Demand> demands_ ASIDE_GUARDED_BY(mutex_);
    std::vector<std::uint32_t> generations_;  // of the answer being verified, by reference
    std::vector<RequestRecord> requests_;
};

}  // namespace aside::lab::trials
