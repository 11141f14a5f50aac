// The end of work that nobody waits for, before the process stands still and after it did.

#include "engine/loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

// What was told to end does so in its next turn, and gives its lease back in that.
constexpr Duration kLetGo = std::chrono::milliseconds(5);

}  // namespace

Task<> Loader::settle(Worker& worker, SteadyTime deadline) {
    at_rest_ = false;
    if (remote_) replay_owed(worker);  // nobody waits now: its best time
    const bool idle = co_await under_way_.idle(worker, deadline);
    if (idle) co_return;
    // For as long as nobody says otherwise: what is under way may end after this, and is not to be
    // followed by more.
    at_rest_ = true;
    give_up(flights_.detach(false));
    co_await under_way_.idle(worker, worker.now() + kLetGo);
}

void Loader::thawed(Worker& worker) {
    at_rest_ = false;
    give_up(flights_.detach(true));
    if (remote_) replay_owed(worker);
}

void Loader::give_up(std::vector<std::shared_ptr<Flight>> flights) {
    for (std::shared_ptr<Flight>& flight : flights) {
        Worker& of = *flight->worker;
        of.post([this, flight = std::move(flight)] {
            flight->stop.stop();
            origin_.give_up(flight->kind, flight->ticket, flight->gate_ticket);
        });
    }
}

// True: nobody wants it any more, and it has ended.
bool Loader::let_go(Worker& worker, Flight& flight, const Plan& plan) {
    if (!flight.stop.stopped() || !flights_.abandon(flight)) return false;
    metrics_.given_up.add(worker.index());
    if (plan.lease != 0) remote_->tier.release_lease(worker, flight.remote_key(), plan.lease);
    if (flight.led_for == Priority::owed_fill && plan.known) remote_->owe(worker, *plan.known);
    return true;
}

}  // namespace aside::engine
