#include "lab/load/answer_head.h"

#include <algorithm>
#include <cstring>

#include "base/number_text.h"

namespace aside::lab::load {
namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::size_t kStatusLineMin = kVersion.size() + 4;  // "HTTP/1.1 200\r"

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// `name` is in lower case and has its colon.
bool is_named(std::string_view line, std::string_view name) {
    if (line.size() < name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char byte = line[i];
        const char lower = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
        if (lower != name[i]) return false;
    }
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    return !text.empty() && is_digit(text.front()) && read_number(text, number);
}

bool is_close(std::string_view value) {
    return value.size() == 5 && is_named(value, "close");
}
bool is_keep_alive(std::string_view value) {
    return value.size() == 10 && is_named(value, "keep-alive");
}

class HeadLines {
  public:
    HeadLines(std::string_view bytes, AnswerHead& head) : rest_(bytes), head_(head) {}

    HeadScan scan() {
        const std::size_t known = std::min(rest_.size(), kVersion.size());
        if (rest_.substr(0, known) != kVersion.substr(0, known)) {
            // HTTP/1.0 is not for here; anything else is for nobody.
            return rest_.substr(0, 7) == kVersion.substr(0, std::min<std::size_t>(known, 7))
                       ? HeadScan::odd
                       : HeadScan::not_http;
        }
        std::string_view line;
        HeadScan state = next_line(line);
        if (state != HeadScan::whole) return state;
        if (!take_status(line)) return HeadScan::odd;
        for (;;) {
            state = next_line(line);
            if (state != HeadScan::whole) return state;
            if (line.empty()) return ended();
            if (!take_field(line)) return HeadScan::odd;
        }
    }

  private:
    // Without its CRLF.
    HeadScan next_line(std::string_view& line) {
        const auto* const end =
            static_cast<const char*>(std::memchr(rest_.data(), '\n', rest_.size()));
        if (end == nullptr) return HeadScan::incomplete;
        const auto size = static_cast<std::size_t>(end - rest_.data());
        if (size == 0 || rest_[size - 1] != '\r') return HeadScan::odd;
        line = rest_.substr(0, size - 1);
        rest_.remove_prefix(size + 1);
        used_ += size + 1;
        return HeadScan::whole;
    }

    bool take_status(std::string_view line) {
        if (line.size() + 1 < kStatusLineMin) return false;
        const char* const digits = line.data() + kVersion.size();
        if (!is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2])) return false;
        if (line.size() > kVersion.size() + 3 && digits[3] != ' ') return false;
        head_.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
        return head_.status >= 200;
    }

    bool take_field(std::string_view line) {
        switch (line.front() | 0x20) {
            case 'a':
                if (is_named(line, "age:")) head_.age_s = parse_age(trimmed(line.substr(4)));
                break;
            case 'c':
                return take_c_field(line);
            case 't':
                if (is_named(line, "transfer-encoding:")) return false;
                break;
            default:
                break;
        }
        const std::size_t colon = line.find(':');
        return colon != std::string_view::npos && colon > 0 && line.front() > ' ';
    }

    bool take_c_field(std::string_view line) {
        constexpr std::string_view kLength = "content-length:", kConnection = "connection:",
                                   kCacheStatus = "cache-status:";
        if (is_named(line, kLength)) {
            if (has_length_) return false;
            has_length_ = true;
            return parse_number(trimmed(line.substr(kLength.size())), head_.body_bytes);
        }
        if (is_named(line, kConnection)) {
            const std::string_view value = trimmed(line.substr(kConnection.size()));
            if (is_close(value)) head_.keep_alive = false;
            return is_close(value) || is_keep_alive(value);
        }
        if (is_named(line, kCacheStatus)) {
            head_.sources = parse_sources(line.substr(kCacheStatus.size()));
            return true;
        }
        return line.find(':') != std::string_view::npos;
    }

    HeadScan ended() {
        head_.head_bytes = used_;
        if (head_.status == 204 || head_.status == 304) {
            head_.body_bytes = 0;
        } else if (!has_length_) {
            return HeadScan::odd;
        }
        return HeadScan::whole;
    }

    std::string_view rest_;
    AnswerHead& head_;
    std::size_t used_ = 0;
    bool has_length_ = false;
};

}  // namespace

HeadScan scan_answer_head(std::string_view bytes, AnswerHead& head) {
    head = {};
    return HeadLines(bytes, head).scan();
}

AnswerSources parse_sources(std::string_view cache_status) {
    constexpr std::string_view kDetail = "detail=\"";
    AnswerSources sources;
    const std::size_t at = cache_status.find(kDetail);
    if (at == std::string_view::npos) return sources;
    std::string_view rest = cache_status.substr(at + kDetail.size());
    rest = rest.substr(0, rest.find('"'));
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = part.substr(0, equals);
        std::uint32_t* const into = name == "l1"       ? &sources.l1
                                    : name == "l2"     ? &sources.l2
                                    : name == "origin" ? &sources.origin
                                                       : nullptr;
        if (into != nullptr && parse_number(part.substr(equals + 1), *into)) sources.told = true;
    }
    return sources;
}

std::int64_t parse_age(std::string_view age) {
    std::int64_t seconds = -1;
    return parse_number(age, seconds) ? seconds : -1;
}

}  // namespace aside::lab::load
