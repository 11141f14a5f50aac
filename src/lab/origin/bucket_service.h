// S3's GetObject and HeadObject in path style, over the objects of a dataset, behind a fault.
//
// The bucket is "objects". A body is that of the generation there was when the request came,
// whatever is written while its answer takes its time. Thread rule: one worker. Ownership: borrows
// dataset and switch. Source: Amazon S3 API Reference, version 2006-03-01.
#pragma once

#include "lab/origin/dataset.h"
#include "lab/origin/store_answer.h"
#include "origin/fault/fault_call.h"

namespace aside::lab {

inline constexpr std::string_view kBucketName = "objects";

class BucketService {
  public:
    BucketService(const Dataset& dataset, origin::FaultSwitch& faults)
        : dataset_(dataset), faults_(faults) {}

    // `request` must live until it ends.
    runtime::Task<StoreAnswer> answer(runtime::Worker& worker, const OriginRequest& request);

  private:
    HttpReply found(std::uint32_t object, std::uint32_t generation, const OriginRequest& request,
                    bool damaged) const;

    const Dataset& dataset_;
    origin::FaultSwitch& faults_;
};

}  // namespace aside::lab
