// The body of a message, from any framing: a length, chunks (RFC 9112 section 7.1), or, of a
// response, the end of the connection. A machine without I/O.
//
// Strict where leniency has been used for smuggling: a chunk size is 1 to 16 hexadecimal digits,
// lines end in CRLF, sizes add up to at most the limit. Extensions and trailers are checked for
// form, bounded, and dropped. Thread rule: one owner. Ownership: the body collected is the
// decoder's until `take`. Errors: a Refusal; the connection must be closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "wire/http_request.h"

namespace aside::wire {

enum class BodyFraming : std::uint8_t { none, counted, chunked, until_close };

class BodyDecoder {
  public:
    // A body longer than `max_bytes` is refused with 413, as early as it is known.
    BodyDecoder(const RequestHead& head, std::uint64_t max_bytes);
    // `length` is that of a counted body.
    BodyDecoder(BodyFraming framing, std::uint64_t length, std::uint64_t max_bytes);

    // Takes what belongs to the body off the front of `bytes`; says how much. Call it first with no
    // bytes: a limit may be broken already.
    std::expected<std::size_t, Refusal> feed(std::string_view bytes);
    bool done() const { return state_ == State::done; }
    // The connection ended: done if that is how the body's end is told, else it is truncated.
    bool end_of_stream();
    void reserve(std::size_t bytes) { body_.reserve(bytes); }
    std::size_t size() const { return body_.size(); }
    std::string take() { return std::move(body_); }

  private:
    enum class State : std::uint8_t {
        counted,
        until_close,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer,
        trailer_lf,
        done,
        bad
    };

    // All bytes of chunk extensions and trailers of one body; nobody sends any, so a peer that
    // sends more means harm.
    static constexpr std::uint64_t kMaxDroppedBytes = 8 * 1024;

    std::expected<std::size_t, Refusal> refuse(unsigned status, std::string_view why);
    std::expected<std::size_t, Refusal> feed_chunked(std::string_view bytes);
    std::size_t take_data(std::string_view bytes, State next);
    const char* step(char byte);  // the next state, or why it is refused
    const char* size_digit(char byte);
    const char* size_ended();
    const char* trailer_byte(char byte);

    State state_ = State::done;
    unsigned digits_ = 0;     // of the chunk size so far
    std::uint64_t left_ = 0;  // of the length or the chunk
    std::uint64_t dropped_ = 0;
    std::uint64_t trailer_line_ = 0;  // bytes of the present trailer line
    bool trailer_colon_ = false;
    const std::uint64_t max_bytes_;
    std::string body_;
};

}  // namespace aside::wire
