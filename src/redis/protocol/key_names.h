// What a cache key is called in Redis, and back.
//
//   data       <prefix><kind letter>:<key made safe>   "aside:o:gb/ENG",
//   "aside:v:gb/ENG@<version>", "aside:i:item-1" lease      <prefix>l:{<data name>} tombstone
//   <prefix>t:{<data name>}[<rest>]      the tracked prefix is <prefix>t:
//
// All three of a key are in one slot: a data name holds no brace, so the others' hash tag is all of
// it. Braces, percent signs and bytes outside of printable ASCII are written as %XX. A name whose
// safe form is over kDataNameMax is "<prefix><kind letter>:#<32 hex digits>" (two hashes of 64
// bits; the envelope's fingerprint tells a collision), and its tombstone carries the safe form as
// `rest`, so that every process can tell which key was meant. Raw format: an object's data name is
// <prefix><key> with nothing escaped but what would make the slot or the name ambiguous (documented
// in the page on operating it).
//
// Thread rule: immutable; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/remote_tier.h"

namespace aside::redis {

inline constexpr std::size_t kDataNameMax = 256;

// A cache key that owns its bytes.
struct OwnedKey {
    ValueKind kind = ValueKind::object;
    std::string bytes;
};

class KeyNaming {
  public:
    explicit KeyNaming(std::string prefix, bool raw = false);

    // Each replaces what `out` held, whose memory is reused.
    void data_name(RemoteKey key, std::string& out) const;
    void lease_name(RemoteKey key, std::string& out) const;
    void tombstone_name(RemoteKey key, std::string& out) const;

    std::uint16_t slot(RemoteKey key) const;

    // What is tracked.
    const std::string& tombstone_prefix() const { return tombstone_prefix_; }
    // Nothing when the name is not of this form.
    std::optional<OwnedKey> key_of_tombstone(std::string_view name) const;

  private:
    std::string prefix_;
    std::string tombstone_prefix_;
    bool raw_;
};

}  // namespace aside::redis
