// What can go wrong, as values. A miss is not an error: it has a value of its own wherever one can
// happen.
//
// Thread rule: plain values. Ownership: an Error owns its text.
// What a code *means* (retry? answer stale? which HTTP status?) is decided in error_meaning.h and
// nowhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aside {

enum class Errc : std::uint8_t {
    // What the caller asked for.
    bad_input,    // malformed or out of range
    too_large,    // over a stated limit
    not_found,    // a file, table or option that must exist does not
    conflict,     // exists already, or changed underneath
    unsupported,  // understood, and this build or store cannot do it
    // Time and load.
    deadline,         // time ran out
    cancelled,        // given up by its owner: shutting down, connection closed
    overloaded,       // a bounded queue or budget of our own is full, or the guard says no
    throttled,        // the other side says that too much is asked of it (429, 503 SlowDown)
    bytes_in_flight,  // the budget for bytes being loaded is full; Error::amount says how many are
                      // wanted
    // The other side.
    refused,          // nobody listens there
    connection_lost,  // reset, broken pipe, end of stream in the middle
    timed_out,        // the peer did not answer in its own time limit
    protocol,         // the peer broke the protocol
    // A store.
    busy,     // locked by somebody else; worth another try
    corrupt,  // content that contradicts itself, or is not JSON
    read_only,
    full,      // disk, quota or memory
    denied,    // permission
    io,        // any other failure of a device or file system
    internal,  // a broken promise of our own
};

struct Error {
    Errc code = Errc::internal;
    std::string detail;  // for people; never holds a value's bytes or a secret
    // bytes_in_flight: how many bytes were wanted. overloaded, throttled: in how many milliseconds
    // to come back, 0 when nobody knows.
    std::uint64_t amount = 0;
};

std::string_view name_of(Errc code);

// "busy: database is locked"
std::string to_string(const Error& error);

}  // namespace aside
