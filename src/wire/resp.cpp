#include "wire/resp.h"

#include <algorithm>
#include <cstring>

#include "wire/resp_number.h"

namespace aside::wire {
namespace {

// Digits of a length that the quick path reads; longer ones take the other.
constexpr std::size_t kQuickDigits = 9;
// A frame of more nodes gives its memory back when the next one begins.
constexpr std::size_t kKeptNodes = 4096;

bool ends_line(const char* at) {
    return at[0] == '\r' && at[1] == '\n';
}

}  // namespace

RespReader::Result RespReader::read(std::string_view buffer) {
    if (!problem_.empty()) return Result::broken;
    if (buffer.size() < wanted_bytes_) return Result::more;
    if (position_ == 0) {
        if (read_at_once(buffer)) return Result::frame;
        begin();
    }
    while (!complete_) {
        const Step step = bulk_kind_ != 0 ? read_bulk(buffer) : read_line(buffer);
        if (step == Step::wait) return Result::more;
        if (step == Step::bad) return Result::broken;
    }
    return complete(buffer);
}

// What nearly every reply is: a bulk string, a nil or OK, all of it there. Whatever else it sees,
// broken things included, it leaves to the steps below.
bool RespReader::read_at_once(std::string_view buffer) {
    if (buffer.starts_with("_\r\n")) return whole(RespType::null, {}, 3);
    if (buffer.size() < 5) return false;
    const char* const bytes = buffer.data();
    if (bytes[0] == '+') {
        if (std::memcmp(bytes, "+OK\r\n", 5) != 0 || limits_.line_bytes < 2) return false;
        return whole(RespType::simple_string, buffer.substr(1, 2), 5);
    }
    if (bytes[0] != '$') return false;
    if (bytes[1] == '-') {
        return std::memcmp(bytes, "$-1\r\n", 5) == 0 && whole(RespType::null, {}, 5);
    }
    std::size_t at = 1;
    std::size_t length = 0;
    // Stops two bytes before the end, where the line's end must be at the latest.
    for (const std::size_t stop = std::min(buffer.size() - 2, 1 + kQuickDigits);
         at < stop && is_resp_digit(bytes[at]); ++at) {
        length = length * 10 + static_cast<std::size_t>(bytes[at] - '0');
    }
    if (at == 1 || (bytes[1] == '0' && at != 2) || !ends_line(bytes + at)) return false;
    const std::size_t end = at + 2 + length + 2;
    if (end > buffer.size() || end > limits_.frame_bytes || !ends_line(bytes + end - 2)) {
        return false;
    }
    return whole(RespType::bulk_string, buffer.substr(at + 2, length), end);
}

bool RespReader::whole(RespType type, std::string_view text, std::size_t end) {
    if (nodes_.size() != 1) nodes_.resize(1);
    nodes_[0] = {.type = type, .text = text};
    frame_bytes_ = end;
    wanted_bytes_ = 0;
    line_position_ = 0;
    return true;
}

void RespReader::begin() {
    if (nodes_.capacity() > kKeptNodes) {
        nodes_ = {};
        texts_ = {};
    }
    nodes_.clear();
    texts_.clear();
    open_.clear();
    promised_ = 1;
    complete_ = false;
}

RespReader::Result RespReader::complete(std::string_view buffer) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        nodes_[i].text = buffer.substr(texts_[i].begin, texts_[i].size);
    }
    frame_bytes_ = position_;
    wanted_bytes_ = 0;
    position_ = 0;
    line_position_ = 0;
    return Result::frame;
}

// One value's line: all of a small value, or the head of a bulk string or aggregate.
RespReader::Step RespReader::read_line(std::string_view buffer) {
    if (position_ >= buffer.size()) return wait_for(position_ + 1);
    const char kind = buffer[position_];
    std::size_t max_bytes = kMaxRespIntegerBytes;
    switch (kind) {
        case '+':
        case '-':
        case ',':
        case '(':
            max_bytes = limits_.line_bytes;
            break;
        case ':':
        case '$':
        case '!':
        case '=':
        case '*':
        case '%':
        case '~':
        case '>':
        case '|':
        case '_':
        case '#':
            break;
        default:
            return bad("unknown type");
    }
    std::string_view line;
    const Step found = find_line(buffer, max_bytes, line);
    if (found != Step::on) return found;
    return take_line(kind, line);
}

RespReader::Step RespReader::find_line(std::string_view buffer, std::size_t max_bytes,
                                       std::string_view& line) {
    const std::size_t begin = position_ + 1;
    const std::size_t from = std::max(line_position_, begin);
    const std::string_view window = buffer.substr(0, begin + max_bytes + 1);
    const std::size_t end = window.find('\r', from);
    if (window.substr(from, end - from).contains('\n')) return bad("line feed without return");
    if (end == std::string_view::npos) {
        if (window.size() > begin + max_bytes) return bad("line too long");
        line_position_ = window.size();
        return wait_for(buffer.size() + 1);
    }
    if (end + 1 == buffer.size()) {
        line_position_ = end;
        return wait_for(buffer.size() + 1);
    }
    if (buffer[end + 1] != '\n') return bad("return without line feed");
    if (end + 2 > limits_.frame_bytes) return bad("frame too large");
    line = buffer.substr(begin, end - begin);
    return Step::on;
}

RespReader::Step RespReader::take_line(char kind, std::string_view line) {
    const TextAt text{position_ + 1, line.size()};
    position_ = text.begin + line.size() + 2;
    switch (kind) {
        case '+':
            add(RespType::simple_string, text);
            return ended();
        case '-':
            add(RespType::error, text);
            return ended();
        case '_':
            if (!line.empty()) return bad("malformed null");
            add(RespType::null);
            return ended();
        case '#':
            if (line != "t" && line != "f") return bad("malformed boolean");
            add(RespType::boolean).number = line == "t" ? 1 : 0;
            return ended();
        case ':':
        case ',':
        case '(':
            return take_number(kind, line);
        case '$':
        case '!':
        case '=':
            return open_bulk(kind, line);
        default:
            return open_children(kind, line);
    }
}

RespReader::Step RespReader::take_number(char kind, std::string_view line) {
    const TextAt text{position_ - 2 - line.size(), line.size()};
    if (kind == ':') {
        const auto number = parse_resp_integer(line);
        if (!number) return bad("malformed integer");
        add(RespType::integer, text).number = *number;
    } else if (kind == ',') {
        if (!is_resp_real(line)) return bad("malformed real number");
        add(RespType::real, text);
    } else {
        if (!is_resp_big_number(line)) return bad("malformed big number");
        add(RespType::big_number, text);
    }
    return ended();
}

RespReader::Step RespReader::open_bulk(char kind, std::string_view line) {
    if (line == "?") return bad("streamed string");
    if (kind == '$' && line == "-1") {
        add(RespType::null);
        return ended();
    }
    const auto length = parse_resp_length(line);
    if (!length) return bad("malformed length of a string");
    if (kind == '=' && *length < 4) return bad("verbatim string without its format");
    if (*length > limits_.frame_bytes) return bad("frame too large");
    bulk_kind_ = kind;
    bulk_bytes_ = *length;
    return Step::on;
}

RespReader::Step RespReader::read_bulk(std::string_view buffer) {
    const std::size_t end = position_ + bulk_bytes_;
    if (buffer.size() < end + 2 || end + 2 > limits_.frame_bytes) return wait_for(end + 2);
    if (!ends_line(buffer.data() + end)) return bad("string longer than its length");
    TextAt text{position_, bulk_bytes_};
    if (bulk_kind_ == '=') {
        if (buffer[position_ + 3] != ':') return bad("verbatim string without its format");
        text = {text.begin + 4, text.size - 4};
    }
    add(bulk_kind_ == '!' ? RespType::error : RespType::bulk_string, text);
    bulk_kind_ = 0;
    position_ = end + 2;
    return ended();
}

RespReader::Step RespReader::open_children(char kind, std::string_view line) {
    if (line == "?") return bad("streamed aggregate");
    if (kind == '*' && line == "-1") {
        add(RespType::null);
        return ended();
    }
    const auto length = parse_resp_length(line);
    if (!length) return bad("malformed length of an aggregate");
    if (kind == '>' && !nodes_.empty()) return bad("push inside of a value");
    if (open_.size() >= limits_.depth) return bad("too deep");
    const bool attribute = kind == '|';
    const std::uint64_t pair = kind == '%' || attribute ? 2 : 1;
    if (*length > limits_.nodes) return bad("too many values");
    // Nobody asked for an attribute: it is not among the values promised.
    promised_ += *length * pair + (attribute ? 1 : 0);
    if (promised_ > limits_.nodes) return bad("too many values");

    const auto node = static_cast<std::uint32_t>(nodes_.size());
    const auto count = static_cast<std::uint32_t>(*length * pair);
    add(kind == '*'   ? RespType::array
        : kind == '~' ? RespType::set
        : kind == '>' ? RespType::push
                      : RespType::map)
        .count = count;
    // One more than its children: its own end takes the last.
    open_.push_back({node, std::uint64_t{count} + 1, attribute});
    return ended();
}

RespNode& RespReader::add(RespType type, TextAt text) {
    texts_.push_back(text);
    return nodes_.emplace_back(RespNode{.type = type});
}

// A value, or the head of an aggregate, has been read: closes what it was the last part of.
RespReader::Step RespReader::ended() {
    line_position_ = position_;
    while (!open_.empty()) {
        if (--open_.back().left > 0) return Step::on;
        const Open closed = open_.back();
        open_.pop_back();
        const auto size = static_cast<std::uint32_t>(nodes_.size() - closed.node);
        nodes_[closed.node].skip = size;
        if (!closed.attribute) continue;
        nodes_.resize(closed.node);
        texts_.resize(closed.node);
        promised_ -= size;
        return Step::on;  // what it belongs to comes next
    }
    complete_ = true;
    return Step::on;
}

RespReader::Step RespReader::wait_for(std::size_t bytes) {
    if (bytes > limits_.frame_bytes) return bad("frame too large");
    wanted_bytes_ = bytes;
    return Step::wait;
}

RespReader::Step RespReader::bad(std::string_view problem) {
    problem_ = problem;
    wanted_bytes_ = 0;
    return Step::bad;
}

const RespNode* child(const RespNode& node, std::uint32_t i) {
    if (i >= node.count) return nullptr;
    const RespNode* at = first_child(node);
    for (; i > 0; --i) at = next_sibling(at);
    return at;
}

}  // namespace aside::wire
