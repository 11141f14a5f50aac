// DynamoDB's GetItem and BatchGetItem over the items of a dataset, behind a fault.
//
// The table is "items", in the list layout (docs/dynamodb.md). A batch takes the time of one call
// and meets one fault, but counts as all its items among the loads in progress; it is served whole
// or refused whole, so UnprocessedKeys are always none. Thread rule: one worker. Ownership: borrows
// dataset and switch. Source: Amazon DynamoDB API Reference, version 2012-08-10.
#pragma once

#include "lab/origin/dataset.h"
#include "lab/origin/store_answer.h"
#include "lab/origin/table_request.h"
#include "origin/fault/fault_call.h"

namespace aside::lab {

inline constexpr std::string_view kTableName = "items";

class TableService {
  public:
    TableService(const Dataset& dataset, origin::FaultSwitch& faults)
        : dataset_(dataset), faults_(faults) {}

    // `request` must live until it ends.
    runtime::Task<StoreAnswer> answer(runtime::Worker& worker, const OriginRequest& request);

  private:
    std::string rows(const TableRequest& asked, origin::FaultKind met,
                     std::vector<OriginLoad>& loads) const;
    void append_row(std::string& into, std::uint32_t item, bool damaged) const;

    const Dataset& dataset_;
    origin::FaultSwitch& faults_;
};

}  // namespace aside::lab
