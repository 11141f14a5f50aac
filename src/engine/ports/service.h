// What a front door calls. The front decodes a request into a query, calls the Service, and encodes
// the Answer; every decision about caching is behind this interface.
//
// A read is two calls: `try_object` / `try_item` answer from L1 at once, with no coroutine and no
// allocation per value, or return false having changed nothing the caller can see; then `object` /
// `item` do the rest.
//
//   ReadSection section(service.epochs(), worker.index());
//   if (service.try_item(worker, query, answer)) { write answer; if not all could be written:
//   answer.keep(); }
//
// Thread rule: on the worker given. Ownership: an Answer from try_… borrows its values until the
// ReadSection ends, unless keep() is called before; an Answer from a task owns them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/epoch.h"
#include "base/error_meaning.h"
#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "engine/ports/origin.h"
#include "runtime/worker.h"

namespace aside {

// Where a value came from.
enum class Source : std::uint8_t { l1, l2, origin };

constexpr std::string_view name_of(Source source) {
    switch (source) {
        case Source::l1:
            return "l1";
        case Source::l2:
            return "l2";
        case Source::origin:
            return "origin";
    }
    return "unknown";
}

// One step of one read, for Server-Timing and `aside get`.
struct Step {
    std::string what;  // "index", "object gb/ENG", "compose"
    Source source = Source::l1;
    bool stale = false;
    Duration took{};
    std::string where = {};  // of L2: "127.0.0.1:7000 slot 1234"
};

struct ObjectQuery {
    std::string_view key;
    std::string_view version;  // empty: unversioned
    SteadyTime deadline = kNever;
    std::vector<Step>* steps = nullptr;  // not null: say what was done
};

struct ItemQuery {
    std::string_view id;
    SteadyTime deadline = kNever;
    std::vector<Step>* steps = nullptr;
};

enum class Outcome : std::uint8_t {
    ok,
    absent,  // 404
    failed,  // error says why; error_meaning.h says what the client is told
};

// The answer to one read. Reuse one per connection: clear() keeps its memory.
class Answer {
  public:
    Answer() = default;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    ~Answer() { clear(); }

    Outcome outcome = Outcome::failed;
    Error error;
    Duration retry_after{};  // with a shed answer
    std::uint32_t from_l1 = 0, from_l2 = 0, from_origin = 0;
    bool stale = false;                // a value was past its fresh time
    Duration age{};                    // the oldest value's
    std::uint64_t etag = 0;            // of the whole answer
    std::uint64_t body_bytes = 0;      // sum of the values' bodies
    std::vector<std::string> missing;  // keys answered as null (items.missing = "null")

    // In the references' order; a null pointer is a JSON null in its place. An object answer has
    // exactly one.
    const std::vector<const Value*>& values() const { return values_; }

    // For the service: appends a value that the ReadSection keeps alive, or takes over a reference.
    // Not mixed in one answer.
    void borrow(const Value* value) { values_.push_back(value); }
    void adopt(ValueRef value) {
        owned_ = true;
        values_.push_back(value.release());
    }
    // Makes a borrowed answer outlive its ReadSection.
    void keep() {
        if (owned_) return;
        for (const Value* value : values_) {
            if (value) value->add_reference();
        }
        owned_ = true;
    }
    void clear() {
        if (owned_) {
            for (const Value* value : values_) {
                if (value) value->drop_reference();
            }
        }
        values_.clear();
        missing.clear();
        owned_ = stale = false;
        outcome = Outcome::failed;
        error = {};
        from_l1 = from_l2 = from_origin = 0;
        retry_after = age = {};
        etag = body_bytes = 0;
    }

  private:
    std::vector<const Value*> values_;
    bool owned_ = false;
};

// What an invalidation or a write through the admin port reached, tier by tier.
struct TierReport {
    bool origin = false;  // written (only for put and remove)
    bool l2 = false;      // done, or there is none: see l2_present
    bool l2_present = false;
    bool l1 = false;
    std::string l2_error = {};  // why L2 could not be told, where it is present and not done

    // Nobody who asks from now on gets what was cached before.
    bool invalidated() const { return l1 && (l2 || !l2_present); }
};

struct HotKey {
    std::string kind;  // "item" or "object"
    std::string key;
    std::uint64_t estimated_hits = 0;
};

class Service {
  public:
    virtual ~Service() = default;

    virtual EpochDomain& epochs() = 0;

    // REQUIRES: inside a ReadSection of this worker; `answer` is clear. True: answered.
    virtual bool try_object(runtime::Worker& worker, const ObjectQuery& query, Answer& answer) = 0;
    virtual bool try_item(runtime::Worker& worker, const ItemQuery& query, Answer& answer) = 0;

    // The strings in `query` and `answer` must live until the task ends. Not inside a ReadSection.
    virtual runtime::Task<> object(runtime::Worker& worker, ObjectQuery query, Answer& answer) = 0;
    virtual runtime::Task<> item(runtime::Worker& worker, ItemQuery query, Answer& answer) = 0;

    // Forgets what is cached under the key, in every tier; a load in progress will fill nothing.
    virtual runtime::Task<Result<TierReport>> invalidate_object(runtime::Worker& worker,
                                                                Reference reference) = 0;
    virtual runtime::Task<Result<TierReport>> invalidate_item(runtime::Worker& worker,
                                                              std::string id) = 0;
    // Origin first, then the invalidation. A body that is not JSON is bad_input.
    virtual runtime::Task<Result<TierReport>> put_object(runtime::Worker& worker,
                                                         Reference reference, std::string body) = 0;
    virtual runtime::Task<Result<TierReport>> remove_object(runtime::Worker& worker,
                                                            Reference reference) = 0;
    virtual runtime::Task<Result<TierReport>> put_item(runtime::Worker& worker, std::string id,
                                                       std::vector<Reference> references) = 0;
    virtual runtime::Task<Result<TierReport>> remove_item(runtime::Worker& worker,
                                                          std::string id) = 0;

    // Bytes of values that left L1 while answers still hold them, and the bound on that
    // (memory.lent_max). Any thread.
    virtual std::uint64_t lent_bytes() const = 0;
    virtual std::uint64_t lent_max_bytes() const = 0;
    // Facts for /status, as JSON object members without the braces ("\"l1\":{…},…"). Any thread.
    virtual std::string status_json() const = 0;
    // The hottest keys, hottest first, at most `limit`. Any thread.
    virtual std::vector<HotKey> hot(std::size_t limit) const = 0;
    // The miss-ratio curve of what was asked for, as JSON; empty: none is made. Any thread.
    virtual std::string curve_json() const { return {}; }
};

}  // namespace aside
