#include "traces/access_log.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/number_text.h"

namespace aside::traces {

namespace {

// What one line of either log says, before it is known whether it counts.
struct Entry {
    std::int64_t time_s = 0;  // since 1970
    std::string_view key;
    std::uint64_t size_bytes = 0;
    Operation operation = Operation::read;
    bool counts = false;
};

// Fields between single blanks; one may be "in quotes" or [in brackets], which are left out.
class Fields {
  public:
    explicit Fields(std::string_view line) : rest_(line) {}

    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        const char end = rest_.front() == '[' ? ']' : rest_.front() == '"' ? '"' : ' ';
        if (end != ' ') rest_.remove_prefix(1);
        const std::size_t size = find_end(end);
        if (end != ' ' && size == rest_.size()) return std::nullopt;  // never closed
        const std::string_view field = rest_.substr(0, size);
        rest_.remove_prefix(size);
        if (end != ' ') rest_.remove_prefix(1);
        if (rest_.starts_with(' ')) rest_.remove_prefix(1);
        return field;
    }
    bool skip(unsigned count) {
        while (count-- > 0) {
            if (!next()) return false;
        }
        return true;
    }

  private:
    // A quote inside of quotes has a backslash before it.
    std::size_t find_end(char end) const {
        if (end != '"') return std::min(rest_.find(end), rest_.size());
        std::size_t at = 0;
        while (at < rest_.size() && rest_[at] != end)
            at += rest_[at] == '\\' && at + 1 < rest_.size() ? 2 : 1;
        return at;
    }

    std::string_view rest_;
};

// "-" is 0.
bool parse_size(std::string_view text, std::uint64_t& bytes) {
    bytes = 0;
    return text == "-" || read_number(text, bytes);
}

std::optional<unsigned> month_of(std::string_view name) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto at = kMonths.find(name);
    if (name.size() != 3 || at == std::string_view::npos || at % 3 != 0) return std::nullopt;
    return static_cast<unsigned>(at / 3 + 1);
}

// "10/Oct/2000:13:55:36 -0700"
std::optional<std::int64_t> time_of(std::string_view text) {
    constexpr std::string_view kForm = "00/Mmm/0000:00:00:00 +0000";
    if (text.size() != kForm.size() || text[2] != '/' || text[6] != '/' || text[11] != ':' ||
        text[14] != ':' || text[17] != ':' || text[20] != ' ')
        return std::nullopt;
    unsigned day = 0, hour = 0, minute = 0, second = 0, zone_hours = 0, zone_minutes = 0;
    int year = 0;
    const auto month = month_of(text.substr(3, 3));
    const bool numbers =
        read_number(text.substr(0, 2), day) && read_number(text.substr(7, 4), year) &&
        read_number(text.substr(12, 2), hour) && read_number(text.substr(15, 2), minute) &&
        read_number(text.substr(18, 2), second) && read_number(text.substr(22, 2), zone_hours) &&
        read_number(text.substr(24, 2), zone_minutes);
    if (!month || !numbers || (text[21] != '+' && text[21] != '-')) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(*month),
                                           std::chrono::day(day)};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t ahead = (zone_hours * 60 + zone_minutes) * 60;
    return days * 86'400 + hour * 3600 + minute * 60 + second - (text[21] == '+' ? ahead : -ahead);
}

bool answered_with_it(unsigned status) {
    return status == 200 || status == 206 || status == 304;
}

std::optional<Entry> web_entry(std::string_view line) {
    Fields fields(line);
    if (!fields.skip(3)) return std::nullopt;
    const auto time = fields.next(), request = fields.next(), status = fields.next(),
               size = fields.next();
    if (!time || !request || !status || !size) return std::nullopt;
    Entry entry;
    const auto at = time_of(*time);
    unsigned code = 0;
    if (!at || !read_number(*status, code) || !parse_size(*size, entry.size_bytes))
        return std::nullopt;
    entry.time_s = *at;
    if (!request->starts_with("GET ")) return entry;
    entry.key = request->substr(4, request->find(' ', 4) - 4);
    entry.counts = answered_with_it(code) && !entry.key.empty();
    return entry;
}

std::optional<Entry> s3_entry(std::string_view line) {
    Fields fields(line);
    if (!fields.skip(2)) return std::nullopt;  // owner, bucket
    const auto time = fields.next();
    if (!time || !fields.skip(3)) return std::nullopt;  // address, requester, request id
    const auto operation = fields.next(), key = fields.next();
    if (!operation || !key || !fields.skip(1)) return std::nullopt;  // the request line
    const auto status = fields.next(), error = fields.next(), sent = fields.next(),
               size = fields.next();
    if (!status || !error || !sent || !size) return std::nullopt;
    Entry entry{.key = *key};
    const auto at = time_of(*time);
    if (!at || !operation->contains('.') || !parse_size(*size, entry.size_bytes))
        return std::nullopt;
    entry.time_s = *at;
    unsigned code = 0;
    if (!read_number(*status, code)) return entry;  // lifecycle and batch operations have none
    const bool puts = *operation == "REST.PUT.OBJECT";
    entry.operation = puts ? Operation::write : Operation::read;
    entry.counts = *key != "-" && !key->empty() && answered_with_it(code) &&
                   (puts || *operation == "REST.GET.OBJECT");
    return entry;
}

std::optional<Entry> entry_of(std::string_view line, AccessLog kind) {
    return kind == AccessLog::s3 ? s3_entry(line) : web_entry(line);
}

}  // namespace

std::optional<AccessLog> access_log_kind(std::string_view line) {
    if (s3_entry(line)) return AccessLog::s3;
    if (web_entry(line)) return AccessLog::web;
    return std::nullopt;
}

Result<bool> AccessLogReader::next(Record& record) {
    std::string_view line;
    while (true) {
        auto more = lines_.next(line);
        if (!more || !*more) return more;
        if (line.empty()) continue;
        const auto entry = entry_of(line, kind_);
        if (!entry && !lines_.unended())
            return lines_.bad("is none of an " + std::string(format()));
        if (!entry || !entry->counts) {
            ++passed_over_;
            continue;
        }
        if (!first_s_) first_s_ = entry->time_s;
        record = {.time_ms = static_cast<std::uint64_t>(
                      std::max<std::int64_t>(entry->time_s - *first_s_, 0) * 1000),
                  .key = entry->key,
                  .size_bytes = entry->size_bytes,
                  .operation = entry->operation};
        return true;
    }
}

}  // namespace aside::traces
