// The origin of a trial: S3 and DynamoDB as far as readers need them, over a Dataset, behind
// src/origin/fault: what it takes, how much it takes at once, and how it fails are set while it is
// in use. It logs each request.
//
// Speaks GetObject and HEAD (path style, If-None-Match, ETag) and GetItem and BatchGetItem (the
// item layout that docs/dynamodb.md prescribes). Signatures are not checked. Thread rule: start,
// end and set_gone on one thread that is no worker's, while the server lives on a worker of its
// own; the rest from any thread. Ownership: borrows the dataset.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "lab/origin/dataset.h"
#include "lab/origin/load_log.h"
#include "origin/fault/fault_switch.h"
#include "runtime/stream.h"

namespace aside::lab {

class OriginServer {
  public:
    // `plan` holds from the start. It listens on 127.0.0.1; port 0: on a free one. Errors: of
    // listening.
    static Result<std::unique_ptr<OriginServer>> start(Dataset& dataset, origin::FaultPlan plan,
                                                       std::uint16_t port = 0);
    ~OriginServer();
    OriginServer(const OriginServer&) = delete;

    const runtime::Endpoint& endpoint() const;
    // As `aside serve` takes them: "dynamodb://items?region=…&endpoint=http://127.0.0.1:PORT",
    // "s3://objects/?region=…&endpoint=…&style=path". Any AWS credentials will do.
    std::string index_url() const;
    std::string objects_url() const;

    void set(const origin::FaultPlan& plan);  // of both stores
    // Gone: the port refuses, connections are closed, loads under way have failed. Back: the same
    // port.
    Result<void> set_gone(bool gone);

    // Loads that ended since the last call, in that order. Those over LoadLog::kMostLoads are lost.
    std::vector<OriginLoad> take_log();
    std::uint64_t lost_of_log() const;
    std::uint64_t in_progress(LoadKind kind) const;
    std::uint64_t most_in_progress(LoadKind kind) const;
    std::uint64_t connections_accepted() const;

  private:
    struct Machine;
    explicit OriginServer(std::unique_ptr<Machine> machine);
    std::unique_ptr<Machine> machine_;
};

}  // namespace aside::lab
