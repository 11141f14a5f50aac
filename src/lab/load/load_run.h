// An open-loop load on HTTP servers: requests are due by a schedule, whatever answers do, and
// latency counts from when they were due, so that a server that stalls cannot hide it (coordinated
// omission).
//
//   LoadRun run(worker, std::move(settings), observer);
//   run.start();                  // on the worker
//   auto ended = co_await run.ended();
//
// A request takes an idle connection, or a new one while fewer than `connections` are open; else it
// waits for one, and its latency grows meanwhile. With several targets requests go to them in
// turns. A load that is flat out opens all its connections and keeps each one busy. Thread rule:
// everything on one worker. Ownership: borrows worker and observer, which must outlive it; ended()
// must have returned before it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/load/arrivals.h"
#include "lab/load/cdn_model.h"
#include "lab/load/exchange.h"
#include "lab/load/key_choice.h"
#include "runtime/worker.h"

namespace aside::lab::load {

struct LoadTarget {
    runtime::Endpoint endpoint;
    std::string host;  // of the Host header; empty: the endpoint
};

struct LoadSettings {
    std::vector<LoadTarget> targets;
    std::string path = "/items/item-{}";                // {} is the key's number
    std::function<std::string(std::uint64_t)> path_of;  // in place of `path`
    std::string fields;  // of each request's head, beside Host: "Name: value\r\n", or several
    ArrivalPlan arrivals;
    std::unique_ptr<KeyChoice> keys;
    std::uint64_t seed = 1;
    unsigned connections = 256;  // at most; each target has an equal share, and one at least
    unsigned pipelined = 1;      // requests under way on one connection
    bool tls = false;
    std::string tls_ca_file;  // empty: the system's
    Duration patience = std::chrono::seconds(10);
    Duration connect_timeout = std::chrono::seconds(1);
    // A request whose connection is refused is made once more, of the next target.
    bool move_when_refused = false;
    // A request that is lost on a connection that had been used before, without a byte of its
    // answer, is made once more (RFC 9112 section 9.3.1): the server had closed it for being idle.
    bool resend_when_stale = false;
    std::uint64_t answer_bytes_max = 64ULL << 20;
    // Before the targets; null: none. Borrowed.
    CdnModel* cdn = nullptr;
    // One load may be shared among several workers, each with the same settings and seed but for
    // `index`: the schedule's requests are dealt among them, by their numbers, or by their keys
    // where a CDN is asked first. `connections` are then those of this worker.
    struct Share {
        unsigned index = 0, of = 1;
    } share;
};

// What a run cannot do. Errors: bad_input.
Result<void> check(const LoadSettings& settings);

class LoadRun {
  public:
    LoadRun(runtime::Worker& worker, LoadSettings settings, ExchangeObserver& observer);
    ~LoadRun();
    LoadRun(const LoadRun&) = delete;

    void start();
    // No further request becomes due; those that were end as they will.
    void stop();
    // All that has not ended ends now, untold.
    void abandon();
    runtime::Task<> ended();

    SteadyTime began() const;
    struct Counts {
        std::uint64_t due = 0, sent = 0, ended = 0, connections_opened = 0;
        std::uint64_t resent = 0;  // see resend_when_stale
        // How late a request was sent at worst while a connection was free.
        Duration latest_start{};
    };
    Counts counts() const;
    std::size_t under_way() const;  // due and not ended
    // Why a connection could not be opened, the last time that was so; empty: it never was.
    const std::string& connect_error() const;

  private:
    class Machine;
    std::unique_ptr<Machine> machine_;
};

}  // namespace aside::lab::load
