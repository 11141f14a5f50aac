// One log line: a time, a level, an event's name and fields, as text (logfmt) or as JSON.
//
// Fields may hold bytes from outside (a key, a path, a peer's words): nothing in them can end the
// line, forge another one or reach a terminal as a control sequence. They are cut at
// kMaxFieldBytes. A cached value's bytes are never a field.
//
// Thread rule: plain values and pure functions. A Field borrows its text.
// Units: durations are printed in seconds; a field's key should say so (took_seconds).
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace aside::telemetry {

enum class Level : std::uint8_t { debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { text, json };

std::string_view name_of(Level level);

inline constexpr std::size_t kMaxFieldBytes = 1024;

struct Field {
    using Content = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    Field(std::string_view name, std::string_view text) : key(name), content(text) {}
    Field(std::string_view name, const char* text) : Field(name, std::string_view(text)) {}
    Field(std::string_view name, const std::string& text) : Field(name, std::string_view(text)) {}
    Field(std::string_view name, std::same_as<bool> auto yes) : key(name), content(yes) {}
    template <std::signed_integral T>
    Field(std::string_view name, T number) : key(name), content(std::int64_t{number}) {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Field(std::string_view name, T number) : key(name), content(std::uint64_t{number}) {}
    Field(std::string_view name, double number) : key(name), content(number) {}
    Field(std::string_view name, Duration span)
        : key(name), content(static_cast<double>(span.count()) / 1e9) {}

    std::string_view key;  // a word of the code: [a-z_]+
    Content content;
};

struct LogLine {
    WallTime time;
    Level level = Level::info;
    std::string_view event;  // "serve.started": a word of the code
    std::span<const Field> fields;
};

// Without the line's end.
std::string format_line(LogFormat format, const LogLine& line);

}  // namespace aside::telemetry
