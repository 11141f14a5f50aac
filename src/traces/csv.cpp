#include "traces/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "traces/decompress.h"

namespace aside::traces {
namespace {

constexpr std::string_view kLongHeader = "time_ms,key,size,op,ttl_s";
constexpr std::string_view kShortHeader = "time,key,size";
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

bool parse_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// Some sources write -1 for a size they do not know.
bool parse_size(std::string_view text, std::uint64_t& bytes) {
    if (text == "-1") {
        bytes = 0;
        return true;
    }
    return parse_number(text, bytes);
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<runtime::ByteSource> source)
    : source_(std::move(source)), buffer_(2 * kMaxLineBytes) {}

Result<bool> CsvReader::next(Record& record) {
    std::string_view line;
    while (true) {
        auto more = next_line(line);
        if (!more || !*more) return more;
        if (line.empty()) continue;
        if (shape_ == Shape::unknown) {
            auto was_header = take_header(line);
            if (!was_header) return was_header;
            if (*was_header) continue;
        }
        if (auto parsed = parse(line, record); !parsed) return fail(parsed.error());
        return true;
    }
}

// The next line without its end; false when there is none.
Result<bool> CsvReader::next_line(std::string_view& line) {
    std::size_t searched = 0;
    while (true) {
        const char* start = buffer_.data() + begin_;
        const std::size_t size = end_ - begin_;
        const void* feed = std::memchr(start + searched, '\n', size - searched);
        if (feed != nullptr || (ended_ && size != 0)) {
            ++line_;
            const std::size_t length =
                feed != nullptr ? static_cast<std::size_t>(static_cast<const char*>(feed) - start)
                                : size;
            begin_ += std::min(length + 1, size);
            line = std::string_view(start, length);
            if (line.ends_with('\r')) line.remove_suffix(1);
            return true;
        }
        if (ended_) return false;
        if (size > kMaxLineBytes) {
            ++line_;
            return bad("is longer than 64 KiB");
        }
        searched = size;
        if (auto filled = fill(); !filled) return fail(filled.error());
    }
}

Result<void> CsvReader::fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    auto got = source_->read(std::span(buffer_).subspan(end_));
    if (!got) return fail(got.error());
    ended_ = *got == 0;
    end_ += *got;
    return {};
}

// Learns the shape from the first line. True when that line was a header.
Result<bool> CsvReader::take_header(std::string_view line) {
    std::array<std::string_view, kLongColumns + 1> columns;
    const std::size_t count = split(line, columns);
    if (count != kLongColumns && count != kShortColumns) {
        return bad("has neither 3 columns (time,key,size) nor 5 (time_ms,key,size,op,ttl_s)");
    }
    shape_ = count == kLongColumns ? Shape::long_form : Shape::short_form;
    return line == (shape_ == Shape::long_form ? kLongHeader : kShortHeader);
}

Result<void> CsvReader::parse(std::string_view line, Record& record) const {
    std::array<std::string_view, kLongColumns + 1> columns;
    const std::size_t count = split(line, columns);
    const std::size_t wanted = shape_ == Shape::long_form ? kLongColumns : kShortColumns;
    if (count != wanted) {
        return bad("has not the " + std::to_string(wanted) + " columns of the first line");
    }
    record = Record{};
    if (!parse_number(columns[0], record.time_ms)) return bad("has a bad time");
    record.key = columns[1];
    if (record.key.empty()) return bad("has no key");
    if (!parse_size(columns[2], record.size_bytes)) return bad("has a bad size");
    if (shape_ == Shape::short_form) return {};
    if (columns[3] != "r" && columns[3] != "w") return bad("has an op that is neither r nor w");
    record.operation = columns[3] == "w" ? Operation::write : Operation::read;
    if (!parse_number(columns[4], record.ttl_s)) return bad("has a bad ttl");
    return {};
}

std::unexpected<Error> CsvReader::bad(std::string_view what) const {
    return fail(Errc::bad_input, "line " + std::to_string(line_) + " " + std::string(what));
}

Result<std::unique_ptr<TraceReader>> open_trace(std::unique_ptr<runtime::ByteSource> source) {
    auto bytes = decompressed(std::move(source));
    if (!bytes) return fail(bytes.error());
    return std::make_unique<CsvReader>(std::move(*bytes));
}

}  // namespace aside::traces
