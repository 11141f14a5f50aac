// One worker's reads of L2 and the connections they use.
//
// Thread rule: one worker, except node_facts() (any thread). Ownership: borrows the state and the
// worker; close() and wait for idle() before destroying it. Errors: none; a read always ends, as
// hit, miss or unknown.
#pragma once

#include <memory>

#include "engine/ports/remote_tier.h"
#include "redis/link/link.h"
#include "redis/tier_state.h"
#include "runtime/worker.h"

namespace aside::redis {

// What one worker knows of a node, for people.
struct ReadNodeFacts {
    bool known = false;  // this worker has a connection to it, or wants one
    LinkState link = LinkState::idle;
    Health health = Health::good;
    Duration p99{};
};

class WorkerClient {
  public:
    WorkerClient(TierState& state, runtime::Worker& worker);
    ~WorkerClient();
    WorkerClient(const WorkerClient&) = delete;

    // As RemoteTier::start_read.
    void start_read(RemoteRead& read);
    // A map was stored. To be posted to each worker after every MapHolder::store: reads that wait
    // for the first map go on, and connections to nodes that left it are closed after the drain.
    void map_changed();

    // Every read under way ends as unknown, soon; connections close.
    void close();
    // Closed, and nothing is left.
    bool idle() const;

    // Any thread.
    ReadNodeFacts node_facts(NodeId node) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aside::redis
