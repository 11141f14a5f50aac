// What is to go wrong between a client and one Redis node, and what was seen there.
//
// Thread rule: plain values, looked at and changed on the proxies' worker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace aside::lab {

inline constexpr std::uint32_t kEachTime = ~0U;

// A command that is answered by the proxy.
struct ReplyRule {
    std::string command;  // "GET", "CLUSTER"; "*": any
    std::string reply;    // as it is sent: "-TRYAGAIN …\r\n", any RESP value
    std::uint32_t times = 1;
    std::string containing;  // only where a word of the command contains this
    bool executed = false;   // the server is asked too, and what it says is thrown away
};

struct ProxyFaults {
    bool hang = false;     // connections are accepted, and then nothing
    bool swallow = false;  // what either side sends is lost
    bool deaf = false;     // nothing is read from clients any more
    bool split = false;    // replies leave one byte at a time
    std::string greeting;  // said at once to who connects, who is then closed; empty: none
    std::string garbage;   // sent once to each connection in place of its next reply
    Duration delay{};      // of each reply
    std::uint64_t bytes_per_second = 0;  // of replies; 0: no limit
    std::vector<ReplyRule> rules;        // the first that fits
};

struct ProxySeen {
    std::uint64_t accepted = 0;
    std::uint64_t answered_here = 0;                // by rules
    std::map<std::string, std::uint64_t> commands;  // by name
    // With `record`: "<connection> <command> <first argument>", in order, at most kRecordMax.
    bool record = false;
    std::vector<std::string> recorded;

    static constexpr std::size_t kRecordMax = 20'000;
};

}  // namespace aside::lab
