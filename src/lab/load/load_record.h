// What a load left behind: figures of each second, of the whole, and what it was.
//
// A request belongs to the second in which it was due, whenever it ended. Thread rule: plain
// values; one owner.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/load/latency_histogram.h"

namespace aside::lab::load {

// Why a request counts as an error.
enum class Mishap : std::uint8_t {
    refused,
    lost,
    timed_out,
    malformed,
    bad_status,  // answered with a status that was not expected
    wrong_body,  // answered well, but not with what was asked for
};
inline constexpr std::size_t kMishaps = 6;
inline constexpr std::array<std::string_view, kMishaps> kMishapNames = {
    "refused", "lost", "timed_out", "malformed", "bad_status", "wrong_body"};

struct LoadFigures {
    std::uint64_t due = 0;       // all of them: well + errors() + from_cdn, once all have ended
    std::uint64_t well = 0;      // answered, by the server, as was expected
    std::uint64_t from_cdn = 0;  // answered by the model of a CDN
    std::uint64_t moved = 0;     // refused by one target and asked of the next
    std::array<std::uint64_t, kMishaps> mishaps{};
    // How many of the answers' values came from where, as far as servers say so (Cache-Status).
    std::uint64_t l1 = 0, l2 = 0, origin = 0;
    std::uint64_t body_bytes = 0;
    // Of what was answered, well or with an error's status, from when it was due; what was given up
    // (timed_out) counts with how long it had waited. Not of what the model of a CDN had, but of
    // what it let wait for the target's answer to another request.
    LatencyHistogram latency;

    std::uint64_t errors() const {
        std::uint64_t all = 0;
        for (const std::uint64_t count : mishaps) all += count;
        return all;
    }
    void merge(const LoadFigures& other);
};

struct LoadRecord {
    // What was asked for: ("target", "http://…"), ("rate", "1000/s for 10 s"), ….
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<LoadFigures> seconds;  // the first is that of the beginning
    std::map<int, std::uint64_t> statuses;
    std::uint64_t connections_opened = 0;
    // How late, at worst, a request left while a connection was free: the load generator's own
    // doing.
    Duration latest_start{};
    Duration took{};               // from the beginning to the end of the last request
    Duration cpu_time{};           // of the load generator's process
    std::string connect_error;     // the last one, for people
    std::uint64_t unfinished = 0;  // given up by us: in no figure

    LoadFigures total() const;
    void merge(const LoadRecord& other);  // of another worker in the same load
};

}  // namespace aside::lab::load
