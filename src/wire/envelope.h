// What L2 stores for a key: a value that can say whether it is what was asked for.
//
// Layout (little endian, 48 bytes before the validator): magic "\xA5" 'S', format version, flags,
// checksum, key fingerprint, origin time, fresh-until (wall clock, nanoseconds since 1970), size of
// the validator (4 bytes), size of the body (8, as it is when unpacked), validator, body (one zstd
// frame when flagged). The checksum (XXH3, 64 bits) covers everything after itself, and by its seed
// the four bytes before it; the fingerprint is of kind and full cache key, so that a reply that
// belongs to another request, or a key that was hashed to the same name, is not taken for the
// value.
//
// Thread rule: EnvelopeReader keeps a buffer: one per thread; append_envelope may be called from
// any (zstd's contexts are kept per thread). Errors: corrupt (any mismatch: the caller counts it
// and distrusts the connection), unsupported (a newer format: treat as not there to read, do not
// distrust), too_large (over the limit given).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"

namespace aside::wire {

struct Envelope {
    bool absent = false;  // then there is no body
    std::string_view validator{}, body{};
    WallTime origin_time{};
    WallTime fresh_until{};  // WallTime::max(): for ever
};

std::uint64_t envelope_fingerprint(ValueKind kind, std::string_view key);

struct EnvelopeOptions {
    std::uint32_t compress_from_bytes = 4096;  // smaller bodies are stored as they are; 0: never
    int compression_level = 1;
};

// Appends the envelope to `out`. A body that does not become smaller by it is not compressed.
void append_envelope(std::string& out, const Envelope& envelope, std::uint64_t fingerprint,
                     const EnvelopeOptions& options);

class EnvelopeReader {
  public:
    // The views of the result refer to `bytes`, or to this reader until its next read.
    Result<Envelope> read(std::string_view bytes, std::uint64_t fingerprint,
                          std::uint64_t body_max_bytes);

  private:
    std::string unpacked_;
};

}  // namespace aside::wire
