#include <charconv>
#include <limits>

#include "config/value_text.h"

namespace aside::config {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t size;
};
constexpr Unit kDurationUnits[] = {{"ns", 1},
                                   {"us", 1'000},
                                   {"ms", 1'000'000},
                                   {"s", 1'000'000'000},
                                   {"m", 60'000'000'000},
                                   {"h", 3'600'000'000'000},
                                   {"d", 86'400'000'000'000}};
constexpr Unit kByteUnits[] = {
    {"B", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"TiB", 1ULL << 40}};

std::string list_units(std::span<const Unit> units) {
    std::string text;
    for (const Unit& unit : units) {
        if (!text.empty()) text += ", ";
        text += unit.name;
    }
    return text;
}

// "512MiB" as a count of the smallest unit, at most `max`.
Result<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units,
                                     std::uint64_t max) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range)
        return fail(Errc::bad_input, "the number is too large");
    if (error != std::errc()) {
        return fail(Errc::bad_input, "expected a whole number with a unit: " + list_units(units));
    }
    const std::string_view unit_name(end, text.data() + text.size());
    if (unit_name.empty()) {
        if (number == 0) return 0;
        return fail(Errc::bad_input, "the unit is missing: one of " + list_units(units));
    }
    const auto unit = std::ranges::find(units, unit_name, &Unit::name);
    if (unit == units.end())
        return fail(Errc::bad_input, "unknown unit: expected one of " + list_units(units));
    if (number > max / unit->size) return fail(Errc::bad_input, "the number is too large");
    return number * unit->size;
}

std::string format_quantity(std::uint64_t quantity, std::span<const Unit> units) {
    const Unit* best = &units.front();
    if (quantity == 0) return "0";
    for (const Unit& unit : units) {
        if (quantity % unit.size == 0) best = &unit;
    }
    return std::to_string(quantity / best->size).append(best->name);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    const auto ns = parse_quantity(text, kDurationUnits, std::numeric_limits<Duration::rep>::max());
    if (!ns) return fail(ns.error());
    return Duration(static_cast<Duration::rep>(*ns));
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    return parse_quantity(text, kByteUnits, std::numeric_limits<std::uint64_t>::max());
}

std::string format_duration(Duration span) {
    return format_quantity(static_cast<std::uint64_t>(span.count()), kDurationUnits);
}

std::string format_bytes(std::uint64_t bytes) {
    return format_quantity(bytes, kByteUnits);
}

}  // namespace aside::config
