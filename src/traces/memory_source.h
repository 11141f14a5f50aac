// A byte source out of memory that hands out its bytes in pieces of a chosen size: for tests and
// fuzzing.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/files.h"

namespace aside::traces {

class MemorySource final : public runtime::ByteSource {
  public:
    explicit MemorySource(std::string bytes, std::size_t piece = std::string::npos)
        : bytes_(std::move(bytes)), piece_(piece) {}

    Result<std::size_t> read(std::span<char> into) override {
        const std::size_t count = std::min({into.size(), piece_, bytes_.size() - place_});
        std::copy_n(bytes_.data() + place_, count, into.data());
        place_ += count;
        return count;
    }
    std::uint64_t size_bytes() const override { return bytes_.size(); }

  private:
    std::string bytes_;
    std::size_t piece_;
    std::size_t place_ = 0;
};

}  // namespace aside::traces
