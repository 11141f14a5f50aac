// Writes through the admin port, and invalidation: the origin first, then L2, then L1.

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Result<Engine::CacheKey> Engine::object_key(const Reference& reference) const {
    const auto valid = check_object_query({.key = reference.key, .version = reference.version});
    if (!valid) return fail(valid.error());
    CacheKey key{kind_of(reference), {}};
    write_object_key(reference.key, reference.version, key.bytes);
    return key;
}

Result<Engine::CacheKey> Engine::item_key(std::string_view id) const {
    const auto valid = check_key("the item's id", id, options_.keys_max_bytes);
    if (!valid) return fail(valid.error());
    return CacheKey{ValueKind::index_entry, std::string(id)};
}

// L1 forgets last, and whatever became of L2: a read that came between the two may have found the
// old value there.
Task<TierReport> Engine::forget(Worker& worker, CacheKey key) {
    metrics_.invalidations.add(worker.index());
    TierReport report{.l1 = true};
    if (remote_) {
        report.l2_present = true;
        const Result<void> told = co_await remote_->tier.invalidate(
            worker, {key.kind, key.bytes}, worker.now() + options_.remote_invalidate_deadline);
        report.l2 = told.has_value();
        if (!told) report.l2_error = to_string(told.error());
    }
    loader_.forget(worker, memory_.key(key.kind, key.bytes));
    co_return report;
}

// Also when the write failed: one whose answer was lost may have happened.
Task<Result<TierReport>> Engine::forget_written(Worker& worker, CacheKey key,
                                                Result<void> written) {
    TierReport report = co_await forget(worker, std::move(key));
    if (!written) co_return fail(written.error());
    report.origin = true;
    co_return report;
}

Task<Result<TierReport>> Engine::invalidate_object(Worker& worker, Reference reference) {
    Result<CacheKey> key = object_key(reference);
    if (!key) co_return fail(key.error());
    TierReport report = co_await forget(worker, std::move(*key));
    co_return report;
}

Task<Result<TierReport>> Engine::invalidate_item(Worker& worker, std::string id) {
    Result<CacheKey> key = item_key(id);
    if (!key) co_return fail(key.error());
    TierReport report = co_await forget(worker, std::move(*key));
    co_return report;
}

Task<Result<TierReport>> Engine::put_object(Worker& worker, Reference reference, std::string body) {
    if (body.size() > options_.objects_max_bytes)
        co_return fail(Errc::too_large, "the object is over objects.max_bytes");
    if (options_.check_body && !options_.check_body(body))
        co_return fail(Errc::bad_input, "the body is not JSON");
    Result<CacheKey> key = object_key(reference);
    if (!key) co_return fail(key.error());
    Result<void> written = co_await objects_.put(worker, std::move(reference), std::move(body));
    Result<TierReport> report =
        co_await forget_written(worker, std::move(*key), std::move(written));
    co_return report;
}

Task<Result<TierReport>> Engine::remove_object(Worker& worker, Reference reference) {
    Result<CacheKey> key = object_key(reference);
    if (!key) co_return fail(key.error());
    Result<void> removed = co_await objects_.remove(worker, std::move(reference));
    Result<TierReport> report =
        co_await forget_written(worker, std::move(*key), std::move(removed));
    co_return report;
}

Task<Result<TierReport>> Engine::put_item(Worker& worker, std::string id,
                                          std::vector<Reference> references) {
    if (references.size() > options_.items_max_refs)
        co_return fail(Errc::too_large, "more references than items.max_refs");
    for (const Reference& reference : references) {
        const auto valid = check_object_query({.key = reference.key, .version = reference.version});
        if (!valid) co_return fail(valid.error());
    }
    Result<CacheKey> key = item_key(id);
    if (!key) co_return fail(key.error());
    Result<void> written = co_await index_.put(worker, std::move(id), std::move(references));
    Result<TierReport> report =
        co_await forget_written(worker, std::move(*key), std::move(written));
    co_return report;
}

Task<Result<TierReport>> Engine::remove_item(Worker& worker, std::string id) {
    Result<CacheKey> key = item_key(id);
    if (!key) co_return fail(key.error());
    Result<void> removed = co_await index_.remove(worker, std::move(id));
    Result<TierReport> report =
        co_await forget_written(worker, std::move(*key), std::move(removed));
    co_return report;
}

}  // namespace aside::engine
