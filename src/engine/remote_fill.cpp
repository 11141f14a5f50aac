// What follows a load: L2 is filled, or a fill is noted as owed. Nobody waits for it.

#include "engine/loader.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

// `attached`: the flight landed its value; else it was detached, or had none.
void Loader::after_load(Worker& worker, const Flight& flight, const Plan& plan,
                        const LoadOutcome& outcome, bool attached) {
    if (!outcome || !attached) {
        // Also for a flight that was detached by an invalidation L2 did not confirm: the lease may
        // still be good there, and must not let these bytes in.
        if (plan.lease != 0) remote_->tier.release_lease(worker, flight.remote_key(), plan.lease);
        return;
    }
    if (plan.lease != 0 || plan.fill) {
        worker.spawn(fill_remote(worker, outcome->value, plan.lease));
    } else if (plan.owe) {
        remote_->owe(worker, *outcome->value);
    }
}

Task<> Loader::fill_remote(Worker& worker, ValueRef value, LeaseToken lease) {
    const WorkUnderWay::Token work = under_way_.begin(worker);
    const FillState state = co_await remote_->fill(worker, value, lease);
    const KeyView key{value->kind(), value->key_hash(), value->key()};
    switch (state) {
        case FillState::stored:
            // So its slot takes fills again, whether somebody said so or not.
            if (remote_->owed.entries() > 0) {
                remote_->owed.drop(value->slot(), key);
                slots_writable(worker, {value->slot(), value->slot()});
            }
            break;
        case FillState::refused:
            // The lease is gone: most likely the key was invalidated while it was being loaded, and
            // what was loaded is from before.
            if (lease != 0) forget(worker, key);
            break;
        case FillState::paused:
        case FillState::dropped:
        case FillState::shed:
            if (lease != 0) remote_->tier.release_lease(worker, {key.kind, key.bytes}, lease);
            remote_->owe(worker, *value);
            break;
    }
}

}  // namespace aside::engine
