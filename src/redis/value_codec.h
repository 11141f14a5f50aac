// Values as L2 stores them, to and from what the engine's port says of them.
//
// Envelope format: every kind as wire/envelope.h has it, under the fingerprint of kind and key. Raw
// format: an unversioned object is its bare body; its age is the configured time-to-live less what
// PTTL says is left, so a key without an expiry counts as old as one can be; other kinds keep the
// envelope. The engine's steady times become wall times by the worker's clocks and back in the
// engine.
//
// Thread rule: a ValueDecoder keeps a buffer: one per worker; encoding is pure. Ownership: decoded
// views refer to the bytes given, or to the decoder until its next call. Errors of decoding:
// corrupt (the bytes do not verify or belong to another key: the connection is to be distrusted),
// unsupported (a newer format), too_large.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/ports/remote_tier.h"
#include "redis/options.h"
#include "runtime/worker.h"
#include "wire/envelope.h"

namespace aside::redis {

// Whether values of this kind are stored bare.
inline bool stored_raw(ValueKind kind, const TierOptions& options) {
    return options.format == Format::raw && kind == ValueKind::object;
}

// The time-to-live of the key: as the engine says, but of a raw value what tells its age to all who
// read it, without jitter. Nothing: it is too old to be stored.
std::optional<Duration> time_to_live(const RemoteFill& fill, SteadyTime now,
                                     const TierOptions& options);

// Appends the value's bytes. False, with nothing appended: the format cannot say it (absence in raw
// format), so there is nothing to store.
[[nodiscard]] bool encode_fill(std::string& out, const RemoteFill& fill,
                               const runtime::Worker& worker, const TierOptions& options);

class ValueDecoder {
  public:
    explicit ValueDecoder(const TierOptions& options) : options_(options) {}

    // Fills in state and the members of a hit. `left`: what PTTL said, of a raw value; negative:
    // no expiry, or not told.
    Result<void> decode(RemoteKey key, std::string_view bytes, Duration left, WallTime now,
                        RemoteAnswer& answer);

  private:
    void decode_raw(std::string_view bytes, Duration left, WallTime now,
                    RemoteAnswer& answer) const;

    const TierOptions& options_;
    wire::EnvelopeReader reader_;
};

}  // namespace aside::redis
