#include "wire/http_body.h"

#include <algorithm>

#include "wire/hex_digit.h"

namespace aside::wire {
namespace {

constexpr unsigned kMaxSizeDigits = 16;
constexpr const char* kTooLarge = "the body is too large";

bool is_text(char byte) {
    return byte == '\t' || (static_cast<unsigned char>(byte) >= ' ' && byte != 127);
}

}  // namespace

BodyDecoder::BodyDecoder(const RequestHead& head, std::uint64_t max_bytes)
    : BodyDecoder(head.chunked ? BodyFraming::chunked : BodyFraming::counted, head.content_length,
                  max_bytes) {}

BodyDecoder::BodyDecoder(BodyFraming framing, std::uint64_t length, std::uint64_t max_bytes)
    : max_bytes_(max_bytes) {
    switch (framing) {
        case BodyFraming::none:
            state_ = State::done;
            return;
        case BodyFraming::counted:
            state_ = length > 0 ? State::counted : State::done;
            left_ = length;
            return;
        case BodyFraming::chunked:
            state_ = State::size;
            return;
        case BodyFraming::until_close:
            state_ = State::until_close;
            left_ = max_bytes;
            return;
    }
}

bool BodyDecoder::end_of_stream() {
    if (state_ == State::until_close) state_ = State::done;
    return done();
}

std::expected<std::size_t, Refusal> BodyDecoder::refuse(unsigned status, std::string_view why) {
    state_ = State::bad;
    return std::unexpected(Refusal{status, why});
}

std::expected<std::size_t, Refusal> BodyDecoder::feed(std::string_view bytes) {
    switch (state_) {
        case State::done:
            return 0;
        case State::bad:
            return refuse(400, "malformed body");
        case State::counted:
            if (left_ > max_bytes_) return refuse(413, kTooLarge);
            return take_data(bytes, State::done);
        case State::until_close:
            if (bytes.size() > left_) return refuse(413, kTooLarge);
            return take_data(bytes, State::until_close);
        default:
            return feed_chunked(bytes);
    }
}

std::size_t BodyDecoder::take_data(std::string_view bytes, State next) {
    const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
    body_.append(bytes.substr(0, taken));
    left_ -= taken;
    if (left_ == 0) state_ = next;
    return taken;
}

std::expected<std::size_t, Refusal> BodyDecoder::feed_chunked(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            used += take_data(bytes.substr(used), State::data_cr);
            continue;
        }
        if (const char* why = step(bytes[used])) return refuse(why == kTooLarge ? 413 : 400, why);
        ++used;
    }
    return used;
}

const char* BodyDecoder::step(char byte) {
    constexpr const char* kBadLine = "a chunk line does not end in CRLF";
    switch (state_) {
        case State::size:
            return size_digit(byte);
        case State::extension:
            if (byte == '\r') {
                state_ = State::size_lf;
                return nullptr;
            }
            if (!is_text(byte)) return "malformed chunk extension";
            return ++dropped_ > kMaxDroppedBytes ? kTooLarge : nullptr;
        case State::size_lf:
            return byte == '\n' ? size_ended() : kBadLine;
        case State::data_cr:
            state_ = State::data_lf;
            return byte == '\r' ? nullptr : kBadLine;
        case State::data_lf:
            state_ = State::size;
            return byte == '\n' ? nullptr : kBadLine;
        case State::trailer:
            return trailer_byte(byte);
        case State::trailer_lf:
            if (byte != '\n') return kBadLine;
            state_ = trailer_line_ == 0 ? State::done : State::trailer;
            trailer_line_ = 0;
            trailer_colon_ = false;
            return nullptr;
        default:
            return "malformed body";
    }
}

const char* BodyDecoder::size_digit(char byte) {
    if (const int digit = hex_digit(byte); digit >= 0) {
        if (++digits_ > kMaxSizeDigits) return kTooLarge;
        left_ = left_ << 4 | static_cast<unsigned>(digit);
        return nullptr;
    }
    if (digits_ == 0) return "malformed chunk size";
    if (byte == '\r') {
        state_ = State::size_lf;
        return nullptr;
    }
    if (byte != ';') return "malformed chunk size";
    state_ = State::extension;
    return nullptr;
}

const char* BodyDecoder::size_ended() {
    digits_ = 0;
    if (left_ > max_bytes_ - body_.size()) return kTooLarge;
    state_ = left_ == 0 ? State::trailer : State::data;
    return nullptr;
}

// A trailer is looked at only as far as it takes to be sure where it ends: "name: text" lines, then
// an empty one.
const char* BodyDecoder::trailer_byte(char byte) {
    if (byte == '\r') {
        if (trailer_line_ > 0 && !trailer_colon_) return "malformed trailer";
        state_ = State::trailer_lf;
        return nullptr;
    }
    const bool starts_badly = trailer_line_ == 0 && (byte == ' ' || byte == '\t' || byte == ':');
    if (!is_text(byte) || starts_badly) return "malformed trailer";
    if (!trailer_colon_ && (byte == ' ' || byte == '\t')) return "malformed trailer";
    trailer_colon_ = trailer_colon_ || byte == ':';
    ++trailer_line_;
    return ++dropped_ > kMaxDroppedBytes ? kTooLarge : nullptr;
}

}  // namespace aside::wire
