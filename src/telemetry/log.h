// Structured logs: log.log(Level::warning, "origin.failed", {{"store", "objects"}, {"reason",
// "busy"}}).
//
// A line is put into a bounded queue and written by a thread of the logger's own: the caller never
// waits for a disk or a terminal. When the queue is full the oldest line is dropped and counted. Of
// one event at most `per_second` lines a second are kept; what was held back is told in one line
// (`suppressed=n`) when that second is over.
//
// Rule: fields are names, counts, times and reasons. A cached value's bytes, a password or a token
// is never one. Thread rule: from any thread. Ownership: the logger copies what it is given;
// destroying it writes what is queued. Limits: queue_lines, per_second, kMaxEvents names (beyond
// them all names share one budget).
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "telemetry/log_line.h"

namespace aside::telemetry {

struct LogOptions {
    Level level = Level::info;  // and what is worse
    LogFormat format = LogFormat::text;
    std::uint32_t queue_lines = 1024;
    std::uint32_t per_second = 10;
    // Where lines go, each with its '\n'; called on the logger's thread. Empty: standard error.
    std::function<void(std::string_view)> write;
};

class Logger {
  public:
    static constexpr std::size_t kMaxEvents = 512;

    // `now` is asked from any thread.
    Logger(LogOptions options, std::function<WallTime()> now);
    ~Logger();
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    bool enabled(Level level) const { return level >= level_ && level != Level::off; }
    void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});

    void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
        log(Level::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<Field> fields = {}) {
        log(Level::info, event, fields);
    }
    void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
        log(Level::warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) {
        log(Level::error, event, fields);
    }

    std::uint64_t dropped() const;     // lines lost to a full queue
    std::uint64_t suppressed() const;  // lines held back by the limit per event

  private:
    struct Impl;
    const Level level_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aside::telemetry
