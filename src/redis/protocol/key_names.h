// What a cache key is called in Redis, and back.
//
//   data       <prefix><kind letter>:<safe key>    "aside:o:gb/ENG", "aside:v:gb/ENG@<version>",
//                                                  "aside:i:item-1"
//   lease      <prefix>l:{<data name>}
//   tombstone  <prefix>t:{<data name>}[<safe key>] the tracked prefix is <prefix>t:
//
// All three are in one slot: a data name holds no brace, so it is the others' whole hash tag. In a
// safe key, braces, percent signs, a '#' at its beginning and bytes outside of graphic ASCII are
// written as %XX; the NUL before a version is '@', and other '@' of versioned keys are %40. A safe
// key of more than kSafeKeyMax bytes becomes "#<32 hex digits>" in the data name (two hashes of 64
// bits of it; the envelope's fingerprint tells a collision), and its tombstone carries it behind
// the tag, so that every process can tell which key was meant.
//
// Raw format: an object's data name is <prefix><key>, untouched and of any length, because another
// program chose it. The slot is then that of the key's own hash tag, which the other two repeat:
//
//   lease      <prefix>l:{<tag>}<data name>        tombstone  <prefix>t:{<tag>}<data name>
//
// (without a tag: as above). Two sorts of keys are written in the safe form even so, and cannot be
// shared: those that begin like a name of ours (i: l: o: t: v:), and those that have a '}' but no
// tag ("}{", "{}"): no other name can be made for their slot. Versioned objects and index entries
// are named as in the other format.
//
// Names of different keys differ, whatever the keys. Thread rule: immutable; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/remote_tier.h"

namespace aside::redis {

inline constexpr std::size_t kSafeKeyMax = 256;

// A cache key that owns its bytes.
struct OwnedKey {
    ValueKind kind = ValueKind::object;
    std::string bytes;
};

class KeyNaming {
  public:
    // May a prefix be used? Graphic ASCII without braces, at most 64 bytes; may be empty.
    static bool usable_prefix(std::string_view prefix);

    // `prefix` must be usable.
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
    std::string lease_prefix_;
    std::string tombstone_prefix_;
    bool raw_;
};

}  // namespace aside::redis
