// What can be wrong with a simulated node: states that a real server can be in, and lies that no
// server should tell. All are switches that a scenario may turn at any time between events.
//
// Thread rule: plain values.
#pragma once

#include <cstdint>
#include <limits>

#include "base/time.h"
#include "runtime/sim/network.h"

namespace aside::lab {

// A server's own troubles, answered for as the real ones do.
struct NodeStates {
    bool loading = false;        // the dataset is being read
    bool master_down = false;    // a replica that refuses stale reads and has lost its primary
    bool out_of_memory = false;  // nothing evictable is left
    bool misconf = false;        // persistence fails: writes and PING are refused
    bool busy = false;           // a script holds the thread
    bool no_replicas = false;    // min-replicas-to-write is not met
    bool deny_get = false;       // the ACL user lost GET
    bool deny_topology = false;  // the ACL user lost CLUSTER SLOTS
    std::size_t max_clients = std::numeric_limits<std::size_t>::max();
    Duration delay{};  // of every batch of commands: CPU, swap, a shaped network
};

// Each is drawn per reply to a GET, but garbage, half_reply and reset per batch of replies.
struct NodeLies {
    runtime::Ratio corrupt;      // one byte of the value is another
    runtime::Ratio other_value;  // the value of another key
    runtime::Ratio swapped;      // two replies in each other's place
    runtime::Ratio garbage;      // bytes that are no protocol
    runtime::Ratio half_reply;   // the last reply is cut and the connection closed
    runtime::Ratio reset;        // the connection is closed instead of an answer

    bool any() const {
        return corrupt.times + other_value.times + swapped.times + garbage.times +
                   half_reply.times + reset.times !=
               0;
    }
};

}  // namespace aside::lab
