// The line a terminal shows while an import runs: how far, how fast, how much longer.
//
// Thread rule: one owner. Draws at most every kBetweenDraws.
#pragma once

#include <string>
#include <string_view>

#include "cli/import_run.h"

namespace aside::cli {

// "1,234,567"
std::string grouped(std::uint64_t number);
// "1.2 MB"
std::string readable_bytes(std::uint64_t bytes);

class ImportProgress {
  public:
    ImportProgress(const ImportWatch& watch, std::string what)
        : watch_(watch), what_(std::move(what)), start_(watch.now()), next_(start_) {}
    ~ImportProgress();
    ImportProgress(const ImportProgress&) = delete;
    ImportProgress& operator=(const ImportProgress&) = delete;

    // `done` of `total` units (bytes, or records); total 0 when not known.
    void record(std::uint64_t done, std::uint64_t total);
    std::string line(std::uint64_t done, std::uint64_t total, Duration since) const;

  private:
    static constexpr Duration kBetweenDraws = std::chrono::milliseconds(100);
    const ImportWatch& watch_;
    const std::string what_;
    const SteadyTime start_;
    SteadyTime next_;
    std::uint64_t records_ = 0;
    bool drawn_ = false;
};

}  // namespace aside::cli
