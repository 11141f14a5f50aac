// What one request waits for: the loads of the keys it did not find, each resolving alone, until
// all have or its time is up.
//
// A Gather belongs to one request on one worker. Flights on any worker complete its slots by
// posting to that worker; the request may leave earlier, and what arrives afterwards is dropped.
// The shared_ptr keeps it alive until the last post.
//
// Thread rule: everything on the request's worker.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "engine/ports/service.h"
#include "runtime/worker.h"

namespace aside::engine {

// Why a value past its fresh time is answered.
enum class StaleReason : std::uint8_t {
    none,        // it is fresh
    revalidate,  // a refresh runs
    error,       // the origin failed
    unknown,     // L2 could not say
    lease,       // another process is loading it
};

// What a flight found.
struct Landed {
    ValueRef value;  // may say `absent`
    Source source = Source::origin;
    StaleReason stale = StaleReason::none;
    std::string where = {};  // Step::where, if somebody asked
};
// How a flight ended: with a value, or the reason there is none.
using LoadOutcome = Result<Landed>;

class Gather {
  public:
    // `slots`: how many are added, about.
    explicit Gather(runtime::Worker& worker, std::size_t slots = 1) : worker_(worker) {
        outcomes_.reserve(slots);
    }

    runtime::Worker& worker() { return worker_; }

    std::uint32_t add_slot() {
        outcomes_.emplace_back();
        ++open_;
        return static_cast<std::uint32_t>(outcomes_.size() - 1);
    }
    // A slot that was answered meanwhile, without a flight.
    void complete(std::uint32_t slot, LoadOutcome outcome) {
        if (left_ || outcomes_[slot]) return;
        outcomes_[slot].emplace(std::move(outcome));
        if (--open_ == 0 && waiting_) wake();
    }
    // Null while the load has not ended. For the one who waited, to take from.
    LoadOutcome* outcome(std::uint32_t slot) {
        return outcomes_[slot] ? &*outcomes_[slot] : nullptr;
    }
    bool all_done() const { return open_ == 0; }

    // co_await gather->wait(deadline): ends when all slots are complete or the deadline passes.
    // Once.
    auto wait(SteadyTime deadline) {
        struct Awaiter {
            Gather& gather;
            SteadyTime deadline;
            bool await_ready() const noexcept { return gather.all_done(); }
            void await_suspend(std::coroutine_handle<> frame) { gather.suspend(frame, deadline); }
            void await_resume() const noexcept { gather.leave(); }
        };
        return Awaiter{*this, deadline};
    }

  private:
    void suspend(std::coroutine_handle<> frame, SteadyTime deadline) {
        waiting_ = frame;
        if (deadline == kNever) return;
        timer_ = worker_.make_timer([this] {
            if (waiting_) wake();
        });
        timer_->arm(deadline);
    }
    void wake() { std::exchange(waiting_, nullptr).resume(); }
    void leave() {
        left_ = true;
        if (timer_) timer_->disarm();
    }

    runtime::Worker& worker_;
    std::vector<std::optional<LoadOutcome>> outcomes_;
    std::uint32_t open_ = 0;
    bool left_ = false;
    std::coroutine_handle<> waiting_;
    std::unique_ptr<runtime::Timer> timer_;
};

}  // namespace aside::engine
