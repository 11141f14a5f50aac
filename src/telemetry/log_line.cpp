#include "telemetry/log_line.h"

#include <cmath>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace aside::telemetry {

namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  // 0: the first byte is not the start of well-formed UTF-8
};

// Decodes the code point at the front of `text`, which is not empty (Unicode 15, table 3-7: no
// overlong forms, no surrogates).
CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
    char32_t value = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = (value << 6) | (byte(i) & 0x3f);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (overlong || surrogate || value > 0x10ffff) return {};
    return {value, size};
}

// What may not reach a terminal or a line-based reader as it is: C0 and C1 controls, line
// separators, text-direction overrides.
bool hostile(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void append_escaped(std::string& out, std::string_view text, LogFormat format) {
    const bool cut = text.size() > kMaxFieldBytes;
    if (cut) text = text.substr(0, kMaxFieldBytes);
    while (!text.empty()) {
        const CodePoint point = decode(text);
        if (point.size == 0) {
            // JSON has no way to write a byte that is not text; the text format shows which one it
            // was.
            if (format == LogFormat::json) {
                out += "\\ufffd";
            } else {
                fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                               static_cast<unsigned char>(text[0]));
            }
            text.remove_prefix(1);
            continue;
        }
        if (point.value == '"' || point.value == '\\') {
            out += '\\';
            out += text[0];
        } else if (point.value == '\n') {
            out += "\\n";
        } else if (hostile(point.value)) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                           static_cast<unsigned>(point.value));
        } else {
            out += text.substr(0, point.size);
        }
        text.remove_prefix(point.size);
    }
    if (cut) out += "...";
}

bool needs_quotes(std::string_view text) {
    if (text.empty() || text.size() > kMaxFieldBytes) return true;
    return std::ranges::any_of(text, [](char c) {
        return c <= ' ' || c == '"' || c == '=' || c == '\\' ||
               static_cast<unsigned char>(c) >= 0x7f;
    });
}

void append_text(std::string& out, std::string_view text, LogFormat format) {
    if (format == LogFormat::text && !needs_quotes(text)) {
        out += text;
        return;
    }
    out += '"';
    append_escaped(out, text, format);
    out += '"';
}

void append_content(std::string& out, const Field::Content& content, LogFormat format) {
    if (const auto* text = std::get_if<std::string_view>(&content)) {
        append_text(out, *text, format);
    } else if (const auto* yes = std::get_if<bool>(&content)) {
        out += *yes ? "true" : "false";
    } else if (const auto* real = std::get_if<double>(&content)) {
        // JSON knows neither infinities nor NaN.
        out += std::isfinite(*real) ? fmt::format("{}", *real) : "null";
    } else if (const auto* whole = std::get_if<std::int64_t>(&content)) {
        out += fmt::format("{}", *whole);
    } else {
        out += fmt::format("{}", std::get<std::uint64_t>(content));
    }
}

std::string format_time(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - seconds).count();
    const std::time_t calendar = seconds.time_since_epoch().count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(calendar), millis);
}

}  // namespace

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
        case Level::off:
            return "off";
    }
    return "off";
}

std::string format_line(LogFormat format, const LogLine& line) {
    const bool json = format == LogFormat::json;
    std::string out;
    out.reserve(128);
    if (json) {
        out += fmt::format(R"({{"time":"{}","level":"{}","event":)", format_time(line.time),
                           name_of(line.level));
    } else {
        out += fmt::format("{} {} ", format_time(line.time), name_of(line.level));
    }
    append_text(out, line.event, format);
    for (const Field& field : line.fields) {
        out += json ? ',' : ' ';
        append_text(out, field.key, format);
        out += json ? ':' : '=';
        append_content(out, field.content, format);
    }
    if (json) out += '}';
    return out;
}

}  // namespace aside::telemetry
