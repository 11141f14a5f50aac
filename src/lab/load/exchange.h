// One request of a load and what became of it.
//
// Thread rule: an ExchangeObserver is told on the load's worker, in the order in which requests
// end; what it is shown lives until it returns.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace aside::lab::load {

enum class Fate : std::uint8_t {
    answered,   // whatever the status
    refused,    // no connection could be opened
    lost,       // the connection ended before the answer did
    timed_out,  // no answer within the load's patience, counted from when it was due
    malformed,  // what came is not HTTP/1.1
};

// How many of an answer's values came from where, as `Cache-Status: …;detail="l1=3,l2=1,origin=1"`
// says; `told` is false for a server that does not say.
struct AnswerSources {
    bool told = false;
    std::uint32_t l1 = 0, l2 = 0, origin = 0;
};

struct Exchange {
    std::uint64_t number = 0;  // of the request, in the order of the schedule
    std::uint64_t key = 0;
    unsigned target = 0;  // who answered, or should have
    bool moved = false;   // the first target refused the connection; this is the second
    Fate fate = Fate::answered;
    int status = 0;   // of what was answered
    SteadyTime due;   // by the schedule: latency counts from here
    SteadyTime sent;  // when its bytes were written; `ended` when they never were
    SteadyTime ended;
    AnswerSources sources;
    std::int64_t age_s = -1;  // of the Age header; -1: none
    std::string_view head;    // status line and headers
    std::string_view body;

    Duration latency() const { return ended - due; }
    bool failed() const { return fate != Fate::answered || status >= 500; }
};

struct CdnExchange {
    std::uint64_t key = 0;
    SteadyTime due, ended;  // the same of what the CDN had
    bool waited = false;    // for the target's answer to another request
    bool well = true;

    Duration latency() const { return ended - due; }
};

class ExchangeObserver {
  public:
    virtual void exchange_ended(const Exchange& exchange) = 0;
    // A request that did not reach a target: the model of a CDN had the answer, or let it wait for
    // another one's and share that, or (not `well`) its failure.
    virtual void cdn_answered(const CdnExchange& exchange) { (void)exchange; }

  protected:
    ~ExchangeObserver() = default;
};

}  // namespace aside::lab::load
