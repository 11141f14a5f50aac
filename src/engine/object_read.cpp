// One object, the long way: L1 did not settle it.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Result<void> Engine::check_object_query(const ObjectQuery& query) const {
    return check_object_key(query.key, query.version, options_.keys_max_bytes);
}

Task<> Engine::object(Worker& worker, ObjectQuery query, Answer& answer) {
    const auto valid = check_object_query(query);
    if (!valid) {
        answer.error = valid.error();
        co_return;
    }
    const SteadyTime began = worker.now();
    std::string bytes;
    write_object_key(query.key, query.version, bytes);
    const ValueKind kind = query.version.empty() ? ValueKind::object : ValueKind::versioned_object;
    const KeyView key = memory_.key(kind, bytes);
    std::vector<Resolved> resolved;
    const Loader::Wish wish{.deadline = query.deadline, .explain = query.steps != nullptr};
    co_await resolve(worker, {&key, 1}, wish, resolved);

    Resolved& only = resolved.front();
    const SteadyTime now = worker.now();
    if (query.steps) {
        query.steps->push_back(
            {"object " + readable(kind, bytes), only.source, only.stale, now - began, only.where});
    }
    if (!only.value) {
        answer.error = only.value.error();
        answer.retry_after = retry_after(answer.error);
        answer.error.detail = "object \"" + readable(kind, bytes) + "\": " + answer.error.detail;
        co_return;
    }
    tally(answer, only.absent() ? nullptr : only.value->get(), only.source, only.stale, now);
    if (only.absent()) {
        answer.outcome = Outcome::absent;
        co_return;
    }
    answer.etag = (*only.value)->content_hash();
    answer.outcome = Outcome::ok;
    answer.adopt(std::move(*only.value));
}

}  // namespace aside::engine
