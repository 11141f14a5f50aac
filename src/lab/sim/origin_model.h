// What the origin holds in a simulated run: for each key a generation that writes raise, and bytes
// that follow from key and generation alone, so that whoever sees bytes can tell whose they are.
//
// Reads that are not asked to be consistent may lag, as an index of eventual consistency does.
// Thread rule: one thread (the world's). Ownership: plain data.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/value.h"

namespace aside::lab {

std::string body_of(std::string_view key, std::uint64_t generation);
// The generation, when these are the bytes of that key in some generation.
std::optional<std::uint64_t> generation_of(std::string_view key, std::string_view body);

class OriginModel {
  public:
    explicit OriginModel(std::size_t keys, Duration lag = std::chrono::milliseconds(500))
        : writes_(keys), lag_(lag) {}

    std::size_t keys() const { return writes_.size(); }
    std::uint64_t write(std::size_t key, SteadyTime now);
    std::uint64_t newest(std::size_t key) const;
    std::uint64_t read(std::size_t key, bool consistent, SteadyTime now) const;

  private:
    std::vector<std::vector<SteadyTime>> writes_;  // the i-th made generation i + 1
    Duration lag_;
};

// A value that owns its bytes, for fills.
class OwnedValue final : public Value {
  public:
    struct Times {
        SteadyTime origin, fresh_until;
    };
    static ValueRef make(ValueKind kind, std::string_view key, std::string_view body, Times times);

  private:
    OwnedValue(ValueKind kind, std::string_view key, std::string_view body, Times times);
    const std::string bytes_;
};

}  // namespace aside::lab
