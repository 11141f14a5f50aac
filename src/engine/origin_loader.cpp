#include "engine/origin_loader.h"

#include <algorithm>

#include "engine/index_entry.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

OriginLoader::OriginLoader(const EngineOptions& options, const MemoryTier& memory, Index& index,
                           ObjectStore& objects, EngineMetrics& metrics)
    : options_(options),
      memory_(memory),
      index_(index),
      objects_(objects),
      index_gate_(options, metrics.index, index.hedging_helps()),
      objects_gate_(options, metrics.objects, objects.hedging_helps()),
      bytes_(options.origin_max_bytes_in_flight, options.origin_concurrency) {}

Task<Result<OriginAnswer>> OriginLoader::load(Worker& worker, ValueKind kind, std::string bytes,
                                              Ticket ticket, OriginRequest request) {
    return request.cold
               ? load_cold(worker, kind, std::move(bytes), std::move(ticket), std::move(request))
               : load_guarded(worker, kind, std::move(bytes), std::move(ticket),
                              std::move(request));
}

Task<Result<OriginAnswer>> OriginLoader::load_cold(Worker& worker, ValueKind kind,
                                                   std::string bytes, Ticket ticket,
                                                   OriginRequest request) {
    AdmissionQueue& cold = gate_of(kind).cold;
    const Result<void> entered =
        co_await cold.enter(worker, std::move(request.gate), 1, request.deadline);
    if (!entered) co_return fail(entered.error());
    Result<OriginAnswer> answer = co_await load_guarded(worker, kind, std::move(bytes),
                                                        std::move(ticket), std::move(request));
    cold.leave(1);
    co_return answer;
}

Task<Result<OriginAnswer>> OriginLoader::load_index(Worker& worker, std::string id,
                                                    OriginRequest request) {
    LoadRequest asked{.deadline = request.deadline,
                      .validator = {},
                      .consistent = request.consistent,
                      .max_bytes = options_.objects_max_bytes,
                      .admit = {}};
    if (request.known) asked.validator = request.known->validator();
    Result<LoadedIndex> loaded = co_await index_.load(worker, id, std::move(asked));
    if (!loaded) co_return fail(loaded.error());
    OriginAnswer answer{loaded->state, {}, std::move(loaded->validator), nullptr};
    if (loaded->state != LoadState::found) co_return answer;
    const Result<void> usable = check_references(id, loaded->references);
    if (!usable) co_return fail(usable.error());
    answer.body = encode_index_entry(memory_.values(), loaded->references, request.known.get());
    co_return answer;
}

Result<void> OriginLoader::check_references(const std::string& id,
                                            const std::vector<Reference>& references) const {
    if (references.size() > options_.items_max_refs) {
        return fail(Errc::too_large, "item \"" + id + "\" has " +
                                         std::to_string(references.size()) +
                                         " references; items.max_refs is " +
                                         std::to_string(options_.items_max_refs));
    }
    for (const Reference& reference : references) {
        if (!check_object_key(reference.key, reference.version, options_.keys_max_bytes)) {
            return fail(Errc::corrupt,
                        "item \"" + id + "\" holds a reference that is no usable key");
        }
    }
    return {};
}

Task<Result<OriginAnswer>> OriginLoader::load_object(Worker& worker, Reference reference,
                                                     OriginRequest request,
                                                     std::shared_ptr<OriginRace> race) {
    const auto reserved = std::make_shared<ByteReservation>(bytes_);
    LoadRequest asked{.deadline = request.deadline,
                      .validator = {},
                      .consistent = request.consistent,
                      .max_bytes = options_.objects_max_bytes,
                      .admit = {}};
    // A versioned object never changes: there is nothing to revalidate.
    if (request.known && reference.version.empty()) asked.validator = request.known->validator();
    // An attempt that has lost is stopped where its body is large. A small one is read to its end:
    // a connection that is left in the middle of an answer cannot be kept.
    constexpr std::uint64_t kReadAllTheSame = 64 * 1024;
    asked.admit = [reserved, race](std::uint64_t bytes) {
        return (bytes <= kReadAllTheSame || !race->over()) && reserved->try_take(bytes);
    };
    Result<LoadedObject> loaded = co_await objects_.load(worker, reference, asked);
    if (!loaded && loaded.error().code == Errc::bytes_in_flight) {
        if (race->over()) co_return fail(Errc::cancelled, "another attempt has answered");
        const std::uint64_t wanted = loaded.error().amount;
        auto ticket = std::make_shared<AdmissionQueue::Ticket>(Priority::client);
        const Result<void> entered =
            co_await bytes_.enter(worker, std::move(ticket), wanted, request.deadline);
        if (!entered) co_return fail(entered.error());
        reserved->adopt(wanted);
        loaded = co_await objects_.load(worker, reference, std::move(asked));
    }
    if (!loaded) co_return fail(loaded.error());
    if (race->over()) co_return fail(Errc::cancelled, "another attempt has answered");
    if (loaded->state == LoadState::found) {
        if (loaded->body.size() > options_.objects_max_bytes) {
            co_return fail(Errc::too_large, "the object is over objects.max_bytes");
        }
        if (options_.check_body && !options_.check_body(loaded->body)) {
            co_return fail(Errc::corrupt, "the object is not JSON");
        }
    }
    co_return OriginAnswer{loaded->state, std::move(loaded->body), std::move(loaded->validator),
                           reserved};
}

}  // namespace aside::engine
