#include "traces/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/number_text.h"

namespace aside::traces {
namespace {

constexpr std::string_view kLongHeader = "time_ms,key,size,op,ttl_s";
constexpr std::string_view kShortHeader = "time,key,size";
constexpr std::string_view kSampledComment = "# sampled ";
constexpr std::size_t kLongColumns = 5;
constexpr std::size_t kShortColumns = 3;

// The columns of a line, up to one more than there may be, and how many.
std::size_t split(std::string_view line, std::array<std::string_view, kLongColumns + 1>& columns) {
    std::size_t count = 0;
    while (count < columns.size()) {
        const std::size_t comma = line.find(',');
        columns[count++] = line.substr(0, comma);
        if (comma == std::string_view::npos) break;
        line.remove_prefix(comma + 1);
    }
    return count;
}

// The number that a text begins with, and what is behind it and a comma; false without them.
bool take_number(std::string_view& text, std::uint64_t& number) {
    const char* const text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, number);
    if (error != std::errc() || end == text_end || *end != ',') return false;
    text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
    return true;
}

// A line as nearly all are, in one pass; false: it must be looked at more closely, and may be good
// all the same.
bool read_usual(std::string_view line, bool long_form, Record& record) {
    Record found;
    if (!take_number(line, found.time_ms)) return false;
    const std::size_t comma = line.find(',');
    if (comma == 0 || comma == std::string_view::npos) return false;
    found.key = line.substr(0, comma);
    line.remove_prefix(comma + 1);
    if (long_form) {
        if (!take_number(line, found.size_bytes) || line.size() < 2 || line[1] != ',') return false;
        if (line[0] != 'r' && line[0] != 'w') return false;
        found.operation = line[0] == 'w' ? Operation::write : Operation::read;
        if (!read_number(line.substr(2), found.ttl_s)) return false;
    } else if (!read_number(line, found.size_bytes)) {
        return false;
    }
    record = found;
    return true;
}

// Some sources write -1 for a size they do not know.
bool parse_size(std::string_view text, std::uint64_t& bytes) {
    if (text == "-1") {
        bytes = 0;
        return true;
    }
    return read_number(text, bytes);
}

}  // namespace

Result<bool> CsvReader::next(Record& record) {
    std::string_view line;
    while (true) {
        auto more = lines_.next(line);
        if (!more || !*more) return more;
        if (line.empty()) continue;
        if (line.front() == '#') {
            if (auto taken = take_comment(line); !taken) return fail(taken.error());
            continue;
        }
        if (shape_ == Shape::unknown) {
            if (auto taken = take_shape(line); !taken) return fail(taken.error());
        }
        if (read_usual(line, shape_ == Shape::long_form, record)) return true;
        // Also in the middle: of the next of several files, one behind the other.
        if (line == (shape_ == Shape::long_form ? kLongHeader : kShortHeader)) continue;
        if (auto parsed = parse(line, record); !parsed) return fail(parsed.error());
        return true;
    }
}

Result<void> CsvReader::take_comment(std::string_view line) {
    if (!line.starts_with(kSampledComment)) return {};
    line.remove_prefix(kSampledComment.size());
    double part = 0;
    if (!read_number(line, part) || !(part > 0 && part <= 1))
        return lines_.bad("names no part of the keys: a number above 0, up to 1");
    if (shape_ != Shape::unknown && part != sampled_part_)
        return lines_.bad("names another part of the keys than the trace began with");
    sampled_part_ = part;
    return {};
}

// Learns the shape from the first line.
Result<void> CsvReader::take_shape(std::string_view line) {
    std::array<std::string_view, kLongColumns + 1> columns;
    const std::size_t count = split(line, columns);
    if (count != kLongColumns && count != kShortColumns) {
        return lines_.bad(
            "has neither 3 columns (time,key,size) nor 5 (time_ms,key,size,op,ttl_s)");
    }
    shape_ = count == kLongColumns ? Shape::long_form : Shape::short_form;
    return {};
}

Result<void> CsvReader::parse(std::string_view line, Record& record) const {
    std::array<std::string_view, kLongColumns + 1> columns;
    const std::size_t count = split(line, columns);
    const std::size_t wanted = shape_ == Shape::long_form ? kLongColumns : kShortColumns;
    if (count != wanted) {
        return lines_.bad("has not the " + std::to_string(wanted) + " columns of the first line");
    }
    record = Record{};
    if (!read_number(columns[0], record.time_ms)) return lines_.bad("has a bad time");
    record.key = columns[1];
    if (record.key.empty()) return lines_.bad("has no key");
    if (!parse_size(columns[2], record.size_bytes)) return lines_.bad("has a bad size");
    if (shape_ == Shape::short_form) return {};
    if (columns[3] != "r" && columns[3] != "w")
        return lines_.bad("has an op that is neither r nor w");
    record.operation = columns[3] == "w" ? Operation::write : Operation::read;
    if (!read_number(columns[4], record.ttl_s)) return lines_.bad("has a bad ttl");
    return {};
}

}  // namespace aside::traces
