// What the engine asks of L2, the cache that processes share.
//
// A read has three answers. `hit`: the value. `miss`: the slot's present owner said that the key is
// not there. `unknown`: everything else: a timeout, a refused or lost connection, an error reply, a
// nil from a replica or from a node that is not trusted at the moment, bytes that do not verify. An
// unknown is never taken for a miss; neither is ever taken for `absent`, which only the origin
// says.
//
// Thread rule: every call is made on the worker given and completes on it. RemoteEvents come on any
// worker. Ownership: arguments are copied into tasks; a RemoteRead belongs to its caller until
// read_done. Errors: reads have none (unknown is an answer); fills and leases say what became of
// them; only invalidate fails, for somebody waits for it to be true.
#pragma once

#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace aside {

// A cache key as L1 has it (engine/cache_key.h): kind and bytes.
struct RemoteKey {
    ValueKind kind = ValueKind::object;
    std::string_view bytes;
};

enum class RemoteState : std::uint8_t { hit, miss, unknown };

// Why L2 could not say.
enum class UnknownReason : std::uint8_t {
    no_route,         // no node is known to own the slot
    not_connected,    // the owner refuses, or is being dialled
    suspect,          // the owner is silent, or its breaker is open: nothing was sent
    queue_full,       // a bound of ours
    connection_lost,  // with the request under way
    timed_out,        // no answer within L2's budget
    redirected,       // more redirects than a healthy cluster sends
    loading,          // LOADING, MASTERDOWN
    cluster_down,     // CLUSTERDOWN
    busy,             // BUSY, TRYAGAIN
    denied,           // NOAUTH, WRONGPASS, NOPERM
    error_reply,      // any other error
    untrusted_nil,    // a nil from a replica, or from a node that is suspect since the last map
    mismatch,         // the bytes do not verify, or belong to another key
};
inline constexpr std::size_t kUnknownReasons = 14;

constexpr std::string_view name_of(UnknownReason reason) {
    constexpr std::string_view kNames[kUnknownReasons] = {
        "no_route",  "not_connected", "suspect",       "queue_full",   "connection_lost",
        "timed_out", "redirected",    "loading",       "cluster_down", "busy",
        "denied",    "error_reply",   "untrusted_nil", "mismatch"};
    return kNames[static_cast<std::size_t>(reason)];
}

struct RemoteAnswer {
    RemoteState state = RemoteState::unknown;
    UnknownReason reason = UnknownReason::no_route;  // of an unknown
    // Of a miss, or of an unknown after the owner's nil: what the shard lacks has just jumped.
    bool shard_cold = false;
    bool slot_moving = false;  // of a miss

    // Of a hit. The views live until read_done returns (in a coroutine: until it suspends again).
    bool absent = false;
    bool unchecked = false;  // of an object: another program may have written it, and anything
    std::string_view validator, body;
    WallTime origin_time{};  // when the origin answered with, or confirmed, these bytes
    WallTime fresh_until{};  // WallTime::max(): for ever

    // When the answer came, and no later; not set: just now.
    SteadyTime heard_at{};

    // Who answered, for people: "127.0.0.1:7000"; empty when nobody was asked.
    std::string_view node;
    std::uint16_t slot = 0;
    bool from_replica = false;
};

// One read in progress.
class RemoteRead {
  public:
    // `asked`: now, or a moment ago; left out: the tier looks at the clock itself.
    RemoteRead(RemoteKey of, SteadyTime until, SteadyTime asked = {})
        : key(of), deadline(until), asked_at(asked) {}
    RemoteRead(const RemoteRead&) = delete;

    const RemoteKey key;        // its bytes must live until read_done
    const SteadyTime deadline;  // of whoever waits; the tier's own budget is shorter
    const SteadyTime asked_at;
    // On the worker that started it, exactly once, never inside start_read.
    virtual void read_done(const RemoteAnswer& answer) = 0;

  protected:
    ~RemoteRead() = default;
};

// Names the holder of a lease. 0: no lease.
using LeaseToken = std::uint64_t;

enum class LeaseState : std::uint8_t {
    won,          // load, and fill with the token
    held,         // somebody loads; `remaining` tells for how long at most, unless renewed
    unavailable,  // fills are paused, or L2 did not say: load without
};

struct LeaseAnswer {
    LeaseState state = LeaseState::unavailable;
    LeaseToken token = 0;
    Duration remaining{};  // of the lease, whoever has it; won: more than none
    // The key was invalidated a moment ago: the origin must be read consistently.
    bool recently_invalidated = false;
    // Of unavailable: it was asked for, and no answer came in time.
    bool late = false;
};

enum class FillState : std::uint8_t {
    stored,
    refused,  // the lease was revoked, or (only_if_absent) the key is there already
    paused,   // out of memory, or fills to this node are held for another reason
    dropped,  // no connection, queue full, an error; it may or may not have happened
    shed,     // the node is slow: what it can still do is for reads
};

struct RemoteFill {
    ValueRef value;
    LeaseToken lease = 0;         // not 0: only while this lease is held; gives it back
    bool only_if_absent = false;  // a versioned value: whoever came first has the same bytes
    Duration keep_for{};          // the key's time-to-live
};

class RemoteTier {
  public:
    virtual ~RemoteTier() = default;

    // Reads that are started in one turn of the loop leave in one write per node.
    virtual void start_read(runtime::Worker& worker, RemoteRead& read) = 0;

    virtual runtime::Task<LeaseAnswer> take_lease(runtime::Worker& worker, RemoteKey key,
                                                  SteadyTime deadline) = 0;
    // False: it is lost (revoked, expired, or L2 did not say).
    virtual runtime::Task<bool> renew_lease(runtime::Worker& worker, RemoteKey key,
                                            LeaseToken token) = 0;
    // The load failed: let the next one try at once. Best effort.
    virtual void release_lease(runtime::Worker& worker, RemoteKey key, LeaseToken token) = 0;

    virtual runtime::Task<FillState> fill(runtime::Worker& worker, RemoteFill fill) = 0;

    // Deletes the value, revokes the lease, leaves a tombstone and tells every process. Errors:
    // connection_lost, timed_out, refused, full… when the slot's owner did not confirm it.
    virtual runtime::Task<Result<void>> invalidate(runtime::Worker& worker, RemoteKey key,
                                                   SteadyTime deadline) = 0;

    // Where a key lives: what L1 remembers of a value so that a gap can be applied to it. Any
    // thread.
    virtual std::uint16_t slot_of(RemoteKey key) const = 0;

    // Facts for /status, as JSON object members without the braces. Any thread.
    virtual std::string status_json() const = 0;

    // What engine/ports/lifecycle.h says, as far as it concerns L2. The process has given its first
    // answer: what was left out for the sake of that may follow. Any worker.
    virtual void first_answer_given() {}
    // From `since` to now the process may have stood still: connections may be dead, invalidations
    // missed, owners changed. In force for what is asked on `here` from now on, and on any other
    // worker for what is posted there after this.
    virtual void thawed(runtime::Worker& here, SteadyTime since) {
        (void)here;
        (void)since;
    }
};

// Slots first..last, both included.
struct SlotRange {
    std::uint16_t first = 0, last = 0;
};
inline constexpr std::uint16_t kSlots = 16384;

// What L2 tells the engine unasked. Called on any worker; must not block.
class RemoteEvents {
  public:
    // Some process invalidated this key.
    virtual void key_invalidated(runtime::Worker& worker, RemoteKey key) = 0;
    // From now on invalidations of these slots may have gone unheard, or their owner changed: what
    // L1 learned before must be asked again.
    virtual void slots_unheard(runtime::Worker& worker, SlotRange slots) = 0;
    // The slots' owner takes fills again.
    virtual void slots_writable(runtime::Worker& worker, SlotRange slots) = 0;

  protected:
    ~RemoteEvents() = default;
};

namespace detail {

struct RemoteReadAwaiter final : RemoteRead {
    RemoteReadAwaiter(RemoteTier& of, runtime::Worker& on, RemoteKey key_, SteadyTime until)
        : RemoteRead(key_, until), tier(of), worker(on) {}
    RemoteTier& tier;
    runtime::Worker& worker;
    std::coroutine_handle<> waiting;
    const RemoteAnswer* answer = nullptr;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
        waiting = frame;
        tier.start_read(worker, *this);
    }
    const RemoteAnswer& await_resume() const noexcept { return *answer; }
    void read_done(const RemoteAnswer& result) override {
        answer = &result;
        waiting.resume();
    }
};

}  // namespace detail

// const RemoteAnswer& answer = co_await read_remote(tier, worker, key, deadline);
// Valid until the next suspension.
inline detail::RemoteReadAwaiter read_remote(RemoteTier& tier, runtime::Worker& worker,
                                             RemoteKey key, SteadyTime deadline) {
    return {tier, worker, key, deadline};
}

}  // namespace aside
