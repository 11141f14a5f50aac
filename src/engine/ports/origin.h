// What the engine asks of an origin: an Index (item id -> references) and an ObjectStore (reference
// -> JSON bytes).
//
// An origin answers with one of three states; only it may say `absent`. A failure is an Error and
// says nothing about existence. Thread rule: `load`, `put` and `remove` are called on any worker
// and complete on it; implementations are shared by all workers. Ownership: arguments are copied
// into the task; the answer owns its bytes. Errors: busy, corrupt, denied, io, full, read_only,
// timed_out, too_large (over max_bytes), bad_input (a key this store cannot hold), bytes_in_flight
// (`admit` said no: Error::amount says how many bytes were wanted; nothing was read), throttled
// (Error::amount: the milliseconds the store asked for), overloaded (of what this process needs to
// ask it).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/worker.h"

namespace aside {

// Names an object, and optionally one immutable version of it.
struct Reference {
    std::string key;
    std::string version;  // empty: unversioned, the newest
    bool operator==(const Reference&) const = default;
};

enum class LoadState : std::uint8_t {
    found,
    not_modified,  // the validator in the request still names the current bytes; no body
    absent,        // the origin's word that it does not exist
};

struct LoadRequest {
    SteadyTime deadline = kNever;
    std::string validator;    // not empty: `not_modified` is a possible answer
    bool consistent = false;  // after an invalidation: no answer from a lagging copy
    std::uint64_t max_bytes = 0;
    // Asked with the body's size once it is known and before memory is taken for it; false: end
    // with Errc::bytes_in_flight. From any thread. Empty: no limit.
    std::function<bool(std::uint64_t)> admit;
};

struct LoadedObject {
    LoadState state = LoadState::absent;
    std::string body;
    std::string validator;  // the store's ETag or version; empty when it has none
};

struct LoadedIndex {
    LoadState state = LoadState::absent;
    std::vector<Reference> references;
    std::string validator;
};

class ObjectStore {
  public:
    virtual ~ObjectStore() = default;
    // A load that takes long may be made a second time beside the first, and that may be answered
    // sooner: by another copy, over another connection.
    virtual bool hedging_helps() const { return false; }
    virtual runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                                     LoadRequest request) = 0;
    virtual runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                            std::string body) = 0;
    // Removing what does not exist succeeds.
    virtual runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) = 0;
    // The process stood still up to now (lifecycle.h): connections that sat through it may be dead.
    // Any thread.
    virtual void thawed(SteadyTime) {}
    // This worker's connections, for good: what is under way ends with cancelled.
    virtual void close(runtime::Worker&) {}
};

class Index {
  public:
    virtual ~Index() = default;
    virtual bool hedging_helps() const { return false; }  // as ObjectStore
    virtual runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                                    LoadRequest request) = 0;
    virtual runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                            std::vector<Reference> references) = 0;
    virtual runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) = 0;
    virtual void thawed(SteadyTime) {}       // as ObjectStore
    virtual void close(runtime::Worker&) {}  // as ObjectStore
};

// A bulk load into one store: all of it becomes visible with commit(), or none (destroyed without
// commit, or killed); where it writes behind, each write by itself. Thread rule: blocking, one
// thread (the command line).
class BulkImport {
  public:
    virtual ~BulkImport() = default;
    virtual Result<void> put_object(const Reference& reference, std::string_view body) = 0;
    virtual Result<void> put_item(std::string_view id, std::span<const Reference> references) = 0;
    virtual Result<void> commit() = 0;
    // Of what was put: was there already, byte for byte, and not written again.
    virtual std::uint64_t skipped() const { return 0; }
    // What is put is written a moment later, so an error may be of what was put before; it says of
    // what.
    virtual bool writes_behind() const { return false; }
};

}  // namespace aside
