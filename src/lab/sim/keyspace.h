// The keys one simulated node holds, and the effects that change them (what replication carries).
//
// A key past its expiry is not there, whether or not it was swept yet. Thread rule: one worker.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace aside::lab {

// CRC16 of the hash tag: written anew here, so that the client's own is checked by another.
std::uint16_t slot_of_key(std::string_view name);

struct StoredValue {
    std::string bytes;
    SteadyTime expires = kNever;
    std::uint16_t slot = 0;  // set by Keyspace
};

struct Effect {
    enum class Kind : std::uint8_t { set, erase, flush } kind = Kind::set;
    std::string name;
    StoredValue value;  // of set
};

class Keyspace {
  public:
    using Keys = std::map<std::string, StoredValue, std::less<>>;

    const StoredValue* find(std::string_view name, SteadyTime now) const;
    void apply(const Effect& effect);
    // Names whose time has come, taken out.
    std::vector<std::string> sweep(SteadyTime now);
    std::vector<std::string> names_in(std::uint16_t slot, SteadyTime now) const;
    const Keys& keys() const { return keys_; }
    void clear() { keys_.clear(); }

  private:
    Keys keys_;
};

}  // namespace aside::lab
