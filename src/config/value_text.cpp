#include "config/value_text.h"

#include <charconv>
#include <cmath>

namespace aside::config {

namespace {

Result<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return fail(Errc::bad_input, "expected a whole number");
    }
    return number;
}

Result<double> parse_ratio(std::string_view text) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::general);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
        return fail(Errc::bad_input, "expected a number such as 0.25");
    }
    return number;
}

Result<bool> parse_boolean(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return fail(Errc::bad_input, "expected true or false");
}

bool printable(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

Result<std::string> parse_text(std::string_view text) {
    if (!printable(text)) return fail(Errc::bad_input, "has a control character");
    return std::string(text);
}

// Only the shape: which schemes there are is known by what opens them.
Result<std::string> parse_url(std::string_view text) {
    if (text.empty()) return std::string();
    const auto colon = text.find(':');
    const auto scheme_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+';
    };
    const bool shaped = colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() &&
                        std::ranges::all_of(text.substr(0, colon), scheme_char);
    if (!shaped) return fail(Errc::bad_input, "expected a URL such as sqlite:aside.db");
    return parse_text(text);
}

Result<std::string> parse_endpoint_text(std::string_view text) {
    const auto expected = [] {
        return fail(Errc::bad_input, "expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return expected();
    const std::string_view host = text.substr(0, colon);
    const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
    if (!bracketed && host.find_first_of(":[]/@ ") != std::string_view::npos) return expected();
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return expected();
    return parse_text(text);
}

Result<std::vector<std::string>> parse_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        auto item = parse_text(text.substr(0, comma));
        if (!item) return fail(item.error());
        if (item->empty()) return fail(Errc::bad_input, "has an empty element");
        items.push_back(std::move(*item));
        if (comma + 1 == text.size()) return fail(Errc::bad_input, "has an empty element");
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

Result<std::string> parse_choice(std::string_view choices, std::string_view text) {
    for (std::string_view rest = choices; !rest.empty();) {
        const auto bar = std::min(rest.find('|'), rest.size());
        if (rest.substr(0, bar) == text) return std::string(text);
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    return fail(Errc::bad_input, "expected one of " + std::string(choices));
}

template <class T>
Result<Value> in_range(const Parameter& parameter, Result<T> value,
                       Result<T> (*parse)(std::string_view)) {
    if (!value) return fail(value.error());
    const auto dots = parameter.range.find("..");
    if (dots != std::string_view::npos) {
        const auto low = parse(parameter.range.substr(0, dots));
        const auto high = parse(parameter.range.substr(dots + 2));
        // A malformed range is a fault of the table, which its test finds.
        if (!low || !high || *value < *low || *value > *high) {
            return fail(Errc::bad_input, "out of range: expected " + std::string(parameter.range));
        }
    }
    return Value(std::move(*value));
}

Result<Value> widen(Result<std::string> text) {
    if (!text) return fail(text.error());
    return Value(std::move(*text));
}

}  // namespace

Result<Value> parse_value(const Parameter& parameter, std::string_view text) {
    switch (parameter.kind) {
        case Kind::duration:
            return in_range(parameter, parse_duration(text), &parse_duration);
        case Kind::bytes:
            return in_range(parameter, parse_bytes(text), &parse_bytes);
        case Kind::integer:
            return in_range(parameter, parse_integer(text), &parse_integer);
        case Kind::ratio:
            return in_range(parameter, parse_ratio(text), &parse_ratio);
        case Kind::boolean:
            return in_range(parameter, parse_boolean(text), &parse_boolean);
        case Kind::text:
            return widen(parse_text(text));
        case Kind::url:
            return widen(parse_url(text));
        case Kind::endpoint:
            return widen(parse_endpoint_text(text));
        case Kind::choice:
            return widen(parse_choice(parameter.range, text));
        case Kind::list: {
            auto items = parse_list(text);
            if (!items) return fail(items.error());
            return Value(std::move(*items));
        }
    }
    return fail(Errc::internal, "a kind without a parser");
}

std::string format_value(const Parameter& parameter, const Value& value) {
    switch (parameter.kind) {
        case Kind::duration:
            return format_duration(std::get<Duration>(value));
        case Kind::bytes:
            return format_bytes(std::get<std::uint64_t>(value));
        case Kind::integer:
            return std::to_string(std::get<std::int64_t>(value));
        case Kind::boolean:
            return std::get<bool>(value) ? "true" : "false";
        case Kind::url:
            return redact_url(std::get<std::string>(value));
        case Kind::text:
        case Kind::endpoint:
        case Kind::choice:
            return std::get<std::string>(value);
        case Kind::ratio: {
            char text[32];
            const auto end = std::to_chars(text, text + sizeof text, std::get<double>(value)).ptr;
            return {text, end};
        }
        case Kind::list: {
            std::string text;
            for (const auto& item : std::get<std::vector<std::string>>(value)) {
                if (!text.empty()) text += ',';
                text += item;
            }
            return text;
        }
    }
    return {};
}

}  // namespace aside::config
