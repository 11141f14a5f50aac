#include "lab/article/article_service.h"

#include "base/hash.h"
#include "lab/article/plain_value.h"
#include "lab/article/sdk_retries.h"
#include "runtime/when_all.h"
#include "wire/json_check.h"

namespace aside::lab {

using runtime::Task;
using runtime::Worker;

namespace {

void tell(std::vector<Step>* steps, std::string what, Source source, Duration took) {
    if (steps) steps->push_back({std::move(what), source, false, took, {}});
}

void set_error(Answer& answer, const std::string& what, Error error) {
    error.detail = what + ": " + error.detail;
    answer.retry_after = retry_after(error);
    answer.error = std::move(error);
}

}  // namespace

ArticleService::ArticleService(ArticleOptions options, unsigned workers, Index& index,
                               ObjectStore& objects)
    : options_(std::move(options)),
      epochs_(workers),
      index_(index),
      objects_(objects),
      clients_(workers) {}

void ArticleService::close(Worker& worker) {
    if (clients_[worker.index()]) clients_[worker.index()]->close();
}

ClusterClient& ArticleService::client_of(Worker& worker) {
    auto& client = clients_[worker.index()];
    if (!client) client = std::make_unique<ClusterClient>(worker, options_.cluster);
    return *client;
}

std::string ArticleService::key_of(const Reference& reference) const {
    std::string key = options_.prefix + reference.key;
    if (!reference.version.empty()) key += "@" + reference.version;
    return key;
}

Task<> ArticleService::read(Worker& worker, const Reference& reference, SteadyTime deadline,
                            Found& found) {
    const std::string key = key_of(reference);
    Result<ClusterClient::Text> cached = co_await client_of(worker).get(key);
    if (!cached) {
        found.value = fail(cached.error());
        co_return;
    }
    if (*cached) {
        found.value = PlainValue::make(std::move(**cached));
        co_return;
    }
    found.source = Source::origin;
    const LoadRequest request{.deadline = deadline, .max_bytes = options_.object_max_bytes};
    const auto load = [&] { return objects_.load(worker, reference, request); };
    Result<LoadedObject> loaded = co_await with_sdk_retries<LoadedObject>(worker, deadline, load);
    if (!loaded) {
        found.value = fail(loaded.error());
        co_return;
    }
    if (loaded->state == LoadState::absent) co_return;
    const Result<ClusterClient::Text> stored =
        co_await client_of(worker).set(key, loaded->body, options_.ttl);
    if (!stored) {
        found.value = fail(stored.error());
        co_return;
    }
    found.value = PlainValue::make(std::move(loaded->body));
}

Task<> ArticleService::object(Worker& worker, ObjectQuery query, Answer& answer) {
    const Reference reference{std::string(query.key), std::string(query.version)};
    const SteadyTime began = worker.now();
    std::vector<Found> found(1);
    co_await read(worker, reference, query.deadline, found.front());
    tell(query.steps, "object " + reference.key, found.front().source, worker.now() - began);
    if (found.front().value && !*found.front().value) {
        answer.outcome = Outcome::absent;
        co_return;
    }
    compose({reference}, found, answer);
    if (answer.outcome == Outcome::ok) answer.etag = answer.values().front()->content_hash();
}

Task<> ArticleService::item(Worker& worker, ItemQuery query, Answer& answer) {
    const std::string id(query.id);
    SteadyTime began = worker.now();
    const LoadRequest request{.deadline = query.deadline, .max_bytes = options_.object_max_bytes};
    const auto load = [&] { return index_.load(worker, id, request); };
    Result<LoadedIndex> entry =
        co_await with_sdk_retries<LoadedIndex>(worker, query.deadline, load);
    tell(query.steps, "index", Source::origin, worker.now() - began);
    if (!entry) {
        set_error(answer, "index", std::move(entry.error()));
        co_return;
    }
    if (entry->state == LoadState::absent) {
        answer.outcome = Outcome::absent;
        co_return;
    }
    began = worker.now();
    std::vector<Found> found(entry->references.size());
    std::vector<Task<>> reads;
    for (std::size_t i = 0; i < found.size(); ++i)
        reads.push_back(read(worker, entry->references[i], query.deadline, found[i]));
    co_await when_all(worker, std::move(reads));
    for (std::size_t i = 0; i < found.size(); ++i)
        tell(query.steps, "object " + entry->references[i].key, found[i].source,
             worker.now() - began);
    compose(entry->references, found, answer);
}

void ArticleService::compose(const std::vector<Reference>& references, std::vector<Found>& found,
                             Answer& answer) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::string name = "object \"" + references[i].key + "\"";
        if (!found[i].value) return set_error(answer, name, std::move(found[i].value.error()));
        if (!*found[i].value)
            return set_error(answer, name, {Errc::not_found, "does not exist", 0});
    }
    for (Found& one : found) {
        ++(one.source == Source::l2 ? answer.from_l2 : answer.from_origin);
        answer.etag = hash_combine(answer.etag, (*one.value)->content_hash());
        answer.body_bytes += (*one.value)->body().size();
        answer.adopt(std::move(*one.value));
    }
    answer.outcome = Outcome::ok;
}

Task<Result<TierReport>> ArticleService::invalidate_object(Worker& worker, Reference reference) {
    const std::string key = key_of(reference);
    const Result<ClusterClient::Text> removed = co_await client_of(worker).remove(key);
    TierReport report{.l2 = removed.has_value(), .l2_present = true, .l1 = true};
    if (!removed) report.l2_error = to_string(removed.error());
    co_return report;
}

Task<Result<TierReport>> ArticleService::forget_written(Worker& worker, Reference reference,
                                                        Result<void> written) {
    if (!written) co_return fail(written.error());
    Result<TierReport> report = co_await invalidate_object(worker, std::move(reference));
    if (report) report->origin = true;
    co_return report;
}

Task<Result<TierReport>> ArticleService::put_object(Worker& worker, Reference reference,
                                                    std::string body) {
    if (!wire::is_json(body)) co_return fail(Errc::bad_input, "the body is not JSON");
    Result<void> written = co_await objects_.put(worker, reference, std::move(body));
    Result<TierReport> report =
        co_await forget_written(worker, std::move(reference), std::move(written));
    co_return report;
}

Task<Result<TierReport>> ArticleService::remove_object(Worker& worker, Reference reference) {
    Result<void> removed = co_await objects_.remove(worker, reference);
    Result<TierReport> report =
        co_await forget_written(worker, std::move(reference), std::move(removed));
    co_return report;
}

// Items are cached nowhere.
Task<Result<TierReport>> ArticleService::invalidate_item(Worker&, std::string) {
    co_return TierReport{.l2 = true, .l2_present = true, .l1 = true};
}

Task<Result<TierReport>> ArticleService::put_item(Worker& worker, std::string id,
                                                  std::vector<Reference> references) {
    const Result<void> written = co_await index_.put(worker, std::move(id), std::move(references));
    if (!written) co_return fail(written.error());
    co_return TierReport{.origin = true, .l2 = true, .l2_present = true, .l1 = true};
}

Task<Result<TierReport>> ArticleService::remove_item(Worker& worker, std::string id) {
    const Result<void> removed = co_await index_.remove(worker, std::move(id));
    if (!removed) co_return fail(removed.error());
    co_return TierReport{.origin = true, .l2 = true, .l2_present = true, .l1 = true};
}

}  // namespace aside::lab
