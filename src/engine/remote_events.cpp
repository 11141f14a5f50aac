// What L2 tells the engine unasked.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Worker;

void Engine::key_invalidated(Worker& worker, RemoteKey key) {
    remote_->metrics.heard.add(worker.index());
    loader_.forget(worker, memory_.key(key.kind, key.bytes));
}

void Engine::slots_unheard(Worker& worker, SlotRange slots) {
    remote_->metrics.gaps.add(worker.index());
    remote_->validity.note_gap(slots, worker.now());
}

void Engine::slots_writable(Worker& worker, SlotRange slots) {
    loader_.slots_writable(worker, slots);
}

}  // namespace aside::engine
