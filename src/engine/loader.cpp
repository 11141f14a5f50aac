#include "engine/loader.h"

#include "engine/freshness.h"
#include "engine/index_entry.h"
#include "runtime/finish_by.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Loader::Loader(const EngineOptions& options, EpochDomain& epochs, MemoryTier& memory,
               FlightTable& flights, Index& index, ObjectStore& objects, EngineMetrics& metrics)
    : options_(options),
      epochs_(epochs),
      memory_(memory),
      flights_(flights),
      index_(index),
      objects_(objects),
      metrics_(metrics),
      index_queue_(options.origin_concurrency, options.origin_queue),
      objects_queue_(options.origin_concurrency, options.origin_queue),
      bytes_(options.origin_max_bytes_in_flight, options.origin_concurrency) {}

std::shared_ptr<Flight> Loader::load(Worker& worker, const KeyView& key, Follower follower,
                                     SteadyTime newer_than) {
    const auto joined = flights_.join(key, std::move(follower), Priority::client, newer_than);
    if (joined.led) {
        metrics_.flights_led.add(worker.index());
        worker.spawn(run(worker, joined.flight));
    } else {
        metrics_.flights_joined.add(worker.index());
        queue_of(key.kind).raise(*joined.flight->ticket, Priority::client);
    }
    return joined.flight;
}

void Loader::refresh(Worker& worker, const KeyView& key, SteadyTime newer_than) {
    if (failed_recently(key, worker.now())) return;
    const auto joined = flights_.join(key, {}, Priority::refresh, newer_than);
    if (!joined.led) return;
    metrics_.flights_led.add(worker.index());
    worker.spawn(run(worker, joined.flight));
}

Task<> Loader::run(Worker& worker, std::shared_ptr<Flight> flight) {
    const ValueRef settled = second_look(worker, *flight);
    if (settled) {
        flights_.land(*flight, settled, true);
        co_return;
    }
    const SteadyTime deadline = worker.now() + options_.origin_deadline;
    const ValueRef known = kept_value(worker, flight->key());
    Result<Loaded> loaded = co_await runtime::finish_by(
        worker, load_with_room(worker, flight, known, deadline), deadline);
    count(worker.index(), *flight, loaded);
    bool renewed = false;
    const LoadOutcome outcome = outcome_of(worker, *flight, known, std::move(loaded), renewed);
    if (!outcome) failures_.remember(flight->hash, worker.now() + options_.failure_pause);
    flights_.land(*flight, outcome, renewed);
}

ValueRef Loader::kept_value(Worker& worker, const KeyView& key) const {
    const ReadSection section(epochs_, worker.index());
    return ValueRef::share(memory_.peek(key));
}

ValueRef Loader::second_look(Worker& worker, const Flight& flight) const {
    const ReadSection section(epochs_, worker.index());
    const SteadyTime now = worker.now();
    for (const Value* value : {memory_.peek(flight.key()), memory_.peek_absent(flight.key())}) {
        if (value && now < value->fresh_until() && value->origin_time() > flight.newer_than) {
            return ValueRef::share(value);
        }
    }
    return {};
}

Task<Result<Loader::Loaded>> Loader::load_with_room(Worker& worker, std::shared_ptr<Flight> flight,
                                                    ValueRef known, SteadyTime deadline) {
    StoreMetrics& metrics = metrics_.store_of(flight->kind);
    AdmissionQueue& queue = queue_of(flight->kind);
    const SteadyTime asked = worker.now();
    const Result<void> entered = co_await queue.enter(worker, flight->ticket, 1, deadline);
    if (!entered) co_return fail(entered.error());
    const SteadyTime started = worker.now();
    metrics.queue_seconds.observe(worker.index(), started - asked);

    Result<Loaded> loaded = Loaded{};
    if (flight->kind == ValueKind::index_entry) {
        loaded = co_await load_index(worker, flight->bytes, std::move(known), deadline);
    } else {
        loaded = co_await load_object(worker, reference_from_key(flight->kind, flight->bytes),
                                      std::move(known), deadline);
    }
    queue.leave(1);
    metrics.load_seconds.observe(worker.index(), worker.now() - started);
    co_return loaded;
}

Task<Result<Loader::Loaded>> Loader::load_index(Worker& worker, std::string id, ValueRef known,
                                                SteadyTime deadline) {
    LoadRequest request{.deadline = deadline, .max_bytes = options_.objects_max_bytes};
    if (known) request.validator = known->validator();
    Result<LoadedIndex> loaded = co_await index_.load(worker, id, std::move(request));
    if (!loaded) co_return fail(loaded.error());
    Loaded result{loaded->state, {}, std::move(loaded->validator), nullptr};
    if (loaded->state != LoadState::found) co_return result;
    if (loaded->references.size() > options_.items_max_refs) {
        co_return fail(Errc::too_large, "item \"" + id + "\" has " +
                                            std::to_string(loaded->references.size()) +
                                            " references; items.max_refs is " +
                                            std::to_string(options_.items_max_refs));
    }
    for (const Reference& reference : loaded->references) {
        if (!check_object_key(reference.key, reference.version, options_.keys_max_bytes)) {
            co_return fail(Errc::corrupt,
                           "item \"" + id + "\" holds a reference that is no usable key");
        }
    }
    result.body = encode_index_entry(memory_.values(), loaded->references, known.get());
    co_return result;
}

Task<Result<Loader::Loaded>> Loader::load_object(Worker& worker, Reference reference,
                                                 ValueRef known, SteadyTime deadline) {
    const auto reserved = std::make_shared<ByteReservation>(bytes_);
    LoadRequest request{.deadline = deadline, .max_bytes = options_.objects_max_bytes};
    // A versioned object never changes: there is nothing to revalidate.
    if (known && reference.version.empty()) request.validator = known->validator();
    request.admit = [reserved](std::uint64_t bytes) { return reserved->try_take(bytes); };
    Result<LoadedObject> loaded = co_await objects_.load(worker, reference, request);
    if (!loaded && loaded.error().code == Errc::bytes_in_flight) {
        const std::uint64_t wanted = loaded.error().amount;
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
        const Result<void> entered =
            co_await bytes_.enter(worker, std::move(ticket), wanted, deadline);
        if (!entered) co_return fail(entered.error());
        reserved->adopt(wanted);
        loaded = co_await objects_.load(worker, reference, std::move(request));
    }
    if (!loaded) co_return fail(loaded.error());
    if (loaded->state == LoadState::found) {
        if (loaded->body.size() > options_.objects_max_bytes) {
            co_return fail(Errc::too_large, "the object is over objects.max_bytes");
        }
        if (options_.check_body && !options_.check_body(loaded->body)) {
            co_return fail(Errc::corrupt, "the object is not JSON");
        }
    }
    co_return Loaded{loaded->state, std::move(loaded->body), std::move(loaded->validator),
                     reserved};
}

LoadOutcome Loader::outcome_of(Worker& worker, const Flight& flight, const ValueRef& known,
                               Result<Loaded> loaded, bool& renewed) {
    if (!loaded) return fail(loaded.error());
    const SteadyTime now = worker.now();
    if (loaded->state == LoadState::not_modified) {
        if (!known)
            return fail(Errc::protocol, "the store confirmed a value that was not asked about");
        known->renew(now, fresh_until_of(worker, flight.kind, false, now));
        renewed = true;
        return known;
    }
    const bool absent = loaded->state == LoadState::absent;
    ValueRef value =
        memory_.make({.kind = flight.kind,
                      .absent = absent,
                      .key_hash = flight.hash,
                      .key = flight.bytes,
                      .validator = loaded->validator,
                      .body = loaded->body,
                      .origin_time = now,
                      .fresh_until = fresh_until_of(worker, flight.kind, absent, now)});
    if (!value) {
        metrics_.fills_no_memory.add(worker.index());
        return fail(Errc::full, "no memory for the value");
    }
    metrics_.fills_kept.add(worker.index());
    return value;
}

SteadyTime Loader::fresh_until_of(Worker& worker, ValueKind kind, bool absent,
                                  SteadyTime now) const {
    if (absent) {
        return now + (kind == ValueKind::versioned_object ? options_.absent_versioned_fresh
                                                          : options_.absent_fresh);
    }
    if (kind == ValueKind::versioned_object) return kFreshForEver;
    const FreshnessLimits& limits =
        kind == ValueKind::index_entry ? options_.index : options_.objects;
    return fresh_until(now, limits.fresh, options_.jitter, worker.random());
}

void Loader::count(unsigned worker, const Flight& flight, const Result<Loaded>& loaded) {
    StoreMetrics& metrics = metrics_.store_of(flight.kind);
    if (loaded) {
        switch (loaded->state) {
            case LoadState::found:
                metrics.found.add(worker);
                break;
            case LoadState::not_modified:
                metrics.not_modified.add(worker);
                break;
            case LoadState::absent:
                metrics.absent.add(worker);
                break;
        }
        return;
    }
    tell_failure(flight, loaded.error());
    const Errc code = loaded.error().code;
    if (code == Errc::too_large || code == Errc::corrupt) metrics_.fills_refused.add(worker);
    switch (answer_kind(code)) {
        case AnswerKind::late:
            metrics.late.add(worker);
            break;
        case AnswerKind::shed:
            metrics.shed.add(worker);
            break;
        default:
            metrics.error.add(worker);
            break;
    }
}

void Loader::tell_failure(const Flight& flight, const Error& error) {
    if (!log_) return;
    log_->warning("origin.load_failed",
                  {{"store", flight.kind == ValueKind::index_entry ? "index" : "objects"},
                   {"key", readable(flight.kind, flight.bytes)},
                   {"error", to_string(error)}});
}

}  // namespace aside::engine
