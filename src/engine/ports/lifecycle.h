// What a front door tells the engine when its process is frozen between requests, and must answer
// its first one quickly: AWS Lambda, or a paused machine.
//
//   answer a request              as service.h says
//   first_answer_given(worker)    once
//   co_await settle(worker, now + freeze.settle)
//   ask for the next request      the process may stand still here
//   if it came after more than freeze.gap_min: thawed(worker, {since, length}), before anything
//   else is done with it
//
// Thread rule: on the worker given, which is the one that the next request is answered on; on
// others what is said is in force for whatever is posted there afterwards.
#pragma once

#include "base/time.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside {

// A time in which the process may have stood still.
struct Gap {
    SteadyTime since{};  // by the worker's clock, when it was last seen to run
    // How long ago that is by a clock that did not stand still: the wall's, or whoever woke it. The
    // steady clock is put forward by what it has missed of that. Less than it has seen: nothing.
    Duration length{};
};

struct LifecycleOptions {
    Duration settle = std::chrono::milliseconds(250);  // of each request's end
    Duration gap_min = std::chrono::seconds(1);        // a shorter time is none
};

class Lifecycle {
  public:
    virtual ~Lifecycle() = default;

    // The process has given its first answer: connections that were left out for the sake of that
    // may be opened. Again: nothing.
    virtual void first_answer_given(runtime::Worker& worker) = 0;

    // Waits until no load, lease or fill is under way, at most until the deadline. What is left
    // then is given up, which takes a few milliseconds more at most: loads that nobody waits for
    // end, their leases are given back, and nothing of it counts as a failure of anybody.
    virtual runtime::Task<> settle(runtime::Worker& worker, SteadyTime deadline) = 0;

    // The process stood still, or may have. Nothing is judged by the time that passed, and nothing
    // that sat through it is trusted unasked: connections, what L1 holds of L2, the topology.
    virtual void thawed(runtime::Worker& worker, Gap gap) = 0;
};

}  // namespace aside
