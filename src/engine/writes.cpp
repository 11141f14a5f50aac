// Writes through the admin port, and invalidation: the origin first, then every tier forgets.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

namespace {

constexpr TierReport kForgotten{.origin = false, .l2 = false, .l2_present = false, .l1 = true};
constexpr TierReport kWritten{.origin = true, .l2 = false, .l2_present = false, .l1 = true};

}  // namespace

TierReport Engine::forget(Worker& worker, const KeyView& key) {
    flights_.invalidate(key);
    metrics_.invalidations.add(worker.index());
    return kForgotten;
}

Task<Result<TierReport>> Engine::invalidate_object(Worker& worker, Reference reference) {
    const auto valid = check_object_query({.key = reference.key, .version = reference.version});
    if (!valid) co_return fail(valid.error());
    std::string bytes;
    write_object_key(reference.key, reference.version, bytes);
    co_return forget(worker, memory_.key(kind_of(reference), bytes));
}

Task<Result<TierReport>> Engine::invalidate_item(Worker& worker, std::string id) {
    const auto valid = check_key("the item's id", id, options_.keys_max_bytes);
    if (!valid) co_return fail(valid.error());
    co_return forget(worker, memory_.key(ValueKind::index_entry, id));
}

Task<Result<TierReport>> Engine::put_object(Worker& worker, Reference reference, std::string body) {
    if (body.size() > options_.objects_max_bytes)
        co_return fail(Errc::too_large, "the object is over objects.max_bytes");
    if (options_.check_body && !options_.check_body(body))
        co_return fail(Errc::bad_input, "the body is not JSON");
    Result<TierReport> report = co_await invalidate_object(
        worker, reference);  // also checks the key before anything is written
    if (!report) co_return report;
    const Result<void> written = co_await objects_.put(worker, reference, std::move(body));
    // Also when it failed: a write whose answer was lost may have happened.
    report = co_await invalidate_object(worker, std::move(reference));
    if (!written) co_return fail(written.error());
    co_return kWritten;
}

Task<Result<TierReport>> Engine::remove_object(Worker& worker, Reference reference) {
    Result<TierReport> report = co_await invalidate_object(worker, reference);
    if (!report) co_return report;
    const Result<void> removed = co_await objects_.remove(worker, reference);
    report = co_await invalidate_object(worker, std::move(reference));
    if (!removed) co_return fail(removed.error());
    co_return kWritten;
}

Task<Result<TierReport>> Engine::put_item(Worker& worker, std::string id,
                                          std::vector<Reference> references) {
    if (references.size() > options_.items_max_refs)
        co_return fail(Errc::too_large, "more references than items.max_refs");
    for (const Reference& reference : references) {
        const auto valid = check_object_query({.key = reference.key, .version = reference.version});
        if (!valid) co_return fail(valid.error());
    }
    Result<TierReport> report = co_await invalidate_item(worker, id);
    if (!report) co_return report;
    const Result<void> written = co_await index_.put(worker, id, std::move(references));
    report = co_await invalidate_item(worker, std::move(id));
    if (!written) co_return fail(written.error());
    co_return kWritten;
}

Task<Result<TierReport>> Engine::remove_item(Worker& worker, std::string id) {
    Result<TierReport> report = co_await invalidate_item(worker, id);
    if (!report) co_return report;
    const Result<void> removed = co_await index_.remove(worker, id);
    report = co_await invalidate_item(worker, std::move(id));
    if (!removed) co_return fail(removed.error());
    co_return kWritten;
}

}  // namespace aside::engine
