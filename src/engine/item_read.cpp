// One item, the long way: its index entry, then the objects it names, then one answer made of them.

#include <algorithm>

#include "engine/engine.h"

namespace aside::engine {

using runtime::Task;
using runtime::Worker;

Task<> Engine::item(Worker& worker, ItemQuery query, Answer& answer) {
    const auto valid = check_key("the item's id", query.id, options_.keys_max_bytes);
    if (!valid) {
        answer.error = valid.error();
        co_return;
    }
    co_await read_item(worker, query, answer);
}

Task<> Engine::read_item(Worker& worker, const ItemQuery& query, Answer& answer) {
    const KeyView id = memory_.key(ValueKind::index_entry, query.id);
    std::vector<Resolved> entry;
    std::vector<Resolved> objects;
    std::vector<KeyView> keys;
    SteadyTime newer_than = SteadyTime::min();
    // Twice at most: a stale entry that names an object which is gone is read anew before anybody
    // is told.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const SteadyTime began = worker.now();
        const Loader::Wish wish{.newer_than = newer_than,
                                .deadline = query.deadline,
                                .explain = query.steps != nullptr};
        co_await resolve(worker, {&id, 1}, wish, entry);
        const Resolved& found = entry.front();
        if (query.steps)
            query.steps->push_back(
                {"index", found.source, found.stale, worker.now() - began, found.where});
        if (!found.value) {
            answer.error = found.value.error();
            answer.retry_after = retry_after(answer.error);
            answer.error.detail = "index: " + answer.error.detail;
            co_return;
        }
        if (found.absent()) {
            answer.outcome = Outcome::absent;
            co_return;
        }
        const IndexEntry references((*found.value)->body());
        keys.clear();
        for (std::uint32_t i = 0; i < references.size(); ++i) keys.push_back(references[i]);
        const SteadyTime asked = worker.now();
        const Loader::Wish any{.deadline = query.deadline, .explain = query.steps != nullptr};
        co_await resolve(worker, keys, any, objects);
        if (query.steps) {
            for (std::size_t i = 0; i < keys.size(); ++i) {
                query.steps->push_back({"object " + readable(keys[i].kind, keys[i].bytes),
                                        objects[i].source, objects[i].stale, worker.now() - asked,
                                        objects[i].where});
            }
        }
        const bool any_absent = std::ranges::any_of(objects, &Resolved::absent);
        if (any_absent && found.stale && attempt == 0) {
            newer_than = (*found.value)->origin_time();
            continue;
        }
        answer.stale = found.stale;
        if (compose(worker, references, objects, answer)) co_return;
        if (any_absent) compose_previous(worker, references, answer);
        co_return;
    }
}

// False: the answer is an error, which names the object.
bool Engine::compose(Worker& worker, const IndexEntry& entry, std::vector<Resolved>& resolved,
                     Answer& answer) {
    const SteadyTime now = worker.now();
    for (std::uint32_t i = 0; i < resolved.size(); ++i) {
        Resolved& one = resolved[i];
        const auto name = [&] {
            return "object \"" + readable(entry[i].kind, entry[i].bytes) + "\"";
        };
        if (!one.value) {
            Error error = one.value.error();
            error.detail = name() + ": " + error.detail;
            // The index named it, not the client.
            if (answer_kind(error.code) == AnswerKind::bad_input) error.code = Errc::corrupt;
            answer.clear();
            answer.error = std::move(error);
            answer.retry_after = retry_after(answer.error);
            return false;
        }
        if (one.absent() && options_.items_missing == MissingObject::error) {
            answer.clear();
            answer.error = {Errc::not_found, name() + " does not exist, and the item names it", 0};
            return false;
        }
        tally(answer, one.absent() ? nullptr : one.value->get(), one.source, one.stale, now);
        if (answer.body_bytes > options_.response_max_bytes) {
            answer.clear();
            answer.error = {Errc::too_large, "the item is larger than response.max_bytes", 0};
            return false;
        }
        if (one.absent()) {
            answer.missing.push_back(readable(entry[i].kind, entry[i].bytes));
            answer.adopt({});
        } else {
            answer.adopt(std::move(*one.value));
        }
    }
    answer.outcome = Outcome::ok;
    return true;
}

// The newer item names an object that does not exist. The item as it was before, if L1 still holds
// all of it, is a better answer.
bool Engine::compose_previous(Worker& worker, const IndexEntry& entry, Answer& answer) {
    const std::uint32_t count = entry.previous_size();
    const SteadyTime now = worker.now();
    if (count == 0 || now - entry.previous_origin_time() > options_.index.stale_if_error)
        return false;
    std::vector<ValueRef> values;
    {
        const ReadSection section(epochs_, worker.index());
        for (std::uint32_t i = 0; i < count; ++i) {
            const Value* const value = memory_.peek(entry.previous(i));
            if (!value || !valid(*value, now) ||
                freshness_of(*value, limits_of(value->kind()), now) == Freshness::expired)
                return false;
            values.push_back(ValueRef::share(value));
        }
    }
    answer.clear();
    for (ValueRef& value : values) {
        tally(answer, value.get(), Source::l1, true, now);
        answer.adopt(std::move(value));
    }
    answer.stale = true;
    answer.outcome = Outcome::ok;
    metrics_.stale_missing.add(worker.index());
    return true;
}

}  // namespace aside::engine
