// What can go wrong on the network of a simulated world. Plain values, read when something happens,
// so they may be changed while the world runs. Thread rule: the world's thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/random.h"
#include "base/time.h"

namespace aside::runtime {

// How often a fault happens: `times` in `of`.
struct Ratio {
    std::uint32_t times = 0;
    std::uint32_t of = 1;
    bool drawn(Random& random) const { return times != 0 && random.chance(times, of); }
};

// Of the whole network.
struct NetworkFaults {
    Duration latency = std::chrono::microseconds(50);  // one way
    Duration latency_jitter =
        std::chrono::microseconds(50);          // added, uniform; bytes never overtake each other
    std::size_t send_buffer_bytes = 64 * 1024;  // written by one side and not yet read by the other
    Duration retransmission = std::chrono::milliseconds(200);  // at most so long after a link is
                                                               // healed, what it held arrives

    Ratio short_read;         // a read gives fewer bytes than have arrived
    Ratio short_write;        // a write takes fewer bytes than there is room for
    Ratio reset;              // per arrival of bytes: both sides lose the connection
    Ratio hang;               // per arrival of bytes: this direction is silent from here on
    Ratio refuse_connect;     // as if nobody listened
    Ratio hang_connect;       // no answer to a connect
    Ratio accept_overloaded;  // an accept ends with Errc::overloaded first
};

// Of one host, beside those of the whole network.
struct HostFaults {
    Duration extra_latency{};                      // of all it sends and receives, each way
    std::uint64_t bandwidth_bytes_per_second = 0;  // of its line, each way; 0: no limit
    bool refuse_connect = false;                   // as if it listened nowhere
    bool hang_connect = false;                     // connects to it are not answered
    // Connects to and from it hang; bytes to and from it vanish, and connections that lost any stay
    // silent.
    bool silent = false;
};

}  // namespace aside::runtime
