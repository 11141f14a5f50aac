// Listens to what Redis nodes say of their keys (keyspace notifications,
// https://redis.io/docs/latest/develop/use/keyspace-notifications/) and tells a Copies.
//
// Nodes must have been started with kNotifications in their configuration. Thread rule: made, used
// and destroyed on the thread of the ControlThread; listening happens on its worker. Ownership:
// borrows control thread and copies; nobody else may touch the copies until end() has returned.
// Errors: of connecting and subscribing. A connection that ends (its node died) is made again as
// long as the node is watched.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/control_thread.h"
#include "lab/origin/dataset.h"
#include "lab/trials/copies.h"

namespace aside::lab::trials {

inline constexpr const char* kNotifications = "notify-keyspace-events EA";

class KeyspaceWatch {
  public:
    // Keys are the objects' with `prefix` before them; others are passed over.
    KeyspaceWatch(ControlThread& control, Copies& copies, std::string prefix);
    ~KeyspaceWatch();
    KeyspaceWatch(const KeyspaceWatch&) = delete;

    // Returns once it listens.
    Result<void> watch(unsigned node, const runtime::Endpoint& endpoint);
    // Copies was told of what the drill itself did.
    template <class Tell>
    void tell(Tell tell) {
        control_.on_worker([&] { tell(copies_, control_.worker().now()); });
    }
    std::uint64_t heard();
    std::uint64_t evicted();
    std::uint64_t expired();
    void end();

  private:
    class Listener;

    ControlThread& control_;
    Copies& copies_;
    const std::string prefix_;
    std::uint64_t evicted_ = 0, expired_ = 0, heard_ = 0;
    std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace aside::lab::trials
