#include "engine/lease_hold.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

struct LeaseHold::State {
    Worker& worker;
    RemoteTier& tier;
    const RemoteKey key;
    const LeaseToken token;
    const Duration every;
    const std::shared_ptr<const void> owner;
    telemetry::Counter& lost;
    std::unique_ptr<runtime::Timer> timer;  // null once the hold has ended
};

LeaseHold::LeaseHold(Worker& worker, RemoteTier& tier, RemoteKey key, LeaseToken token,
                     Duration every, std::shared_ptr<const void> owner, telemetry::Counter& lost)
    : state_(std::make_shared<State>(worker, tier, key, token, every, std::move(owner), lost)) {
    state_->timer = worker.make_timer([weak = std::weak_ptr(state_)] {
        const auto state = weak.lock();
        if (state) state->worker.spawn(renew(state));
    });
    state_->timer->arm(worker.now() + every);
}

LeaseHold::~LeaseHold() {
    state_->timer.reset();
}

Task<> LeaseHold::renew(std::shared_ptr<State> state) {
    const bool held = co_await state->tier.renew_lease(state->worker, state->key, state->token);
    if (!state->timer) co_return;  // the load ended meanwhile
    if (held) {
        state->timer->arm(state->worker.now() + state->every);
    } else {
        state->lost.add(state->worker.index());
    }
}

}  // namespace aside::engine
