// The head of an HTTP/1.1 request, decoded without I/O and without allocation: views into the bytes
// it came in.
//
// Whoever reads a connection collects bytes until `find_head_end` says where the head ends, then
// parses it at once. What two parties could read differently (RFC 9112, sections 2.2, 5, 6
// and 11.2) is refused, and the connection must be closed: both lengths, two lengths, folded lines,
// bare CR or LF, spaces before a colon, unknown transfer codings, a missing or second Host. Thread
// rule: pure functions. Ownership: a RequestHead borrows the bytes it was parsed from. Errors: a
// Refusal names the HTTP status to answer with before closing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace aside::wire {

struct HeadLimits {
    std::uint32_t header_bytes = 16 * 1024;  // request line and fields together: 431 over it
    std::uint32_t url_bytes = 8 * 1024;      // the target: 414 over it
};

enum class Method : std::uint8_t { get, head, post, put, remove, other };

struct Refusal {
    unsigned status = 400;
    std::string_view why;  // a literal
};

struct RequestHead {
    Method method = Method::other;
    bool http_1_1 = true;
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
    bool has_origin = false;
    bool wants_timing = false;  // X-Server-Timing: 1
    std::uint64_t content_length = 0;
    std::string_view
        target;  // origin-form: what an absolute form says before the path is in `host`
    std::string_view host;
    std::string_view
        if_none_match;  // empty when absent, or sent twice (then the answer is simply sent whole)
    std::string_view request_id;
    std::string_view authorization;

    bool has_body() const { return chunked || content_length > 0; }
};

// The size of the head at the front of `bytes`, its empty line included; 0 when it is not complete
// yet. `scanned` says how far earlier calls on the same bytes have looked, and starts as 0.
std::size_t find_head_end(std::string_view bytes, std::size_t& scanned);

// Is an incomplete head over a limit already?
std::optional<Refusal> over_limit(std::string_view bytes, const HeadLimits& limits);

// `head` is exactly what find_head_end counted. One empty line before the request line is passed
// over.
std::expected<RequestHead, Refusal> parse_head(std::string_view head, const HeadLimits& limits);

// Does parse_head look at fields of this name? Without the others a head means the same.
bool is_looked_at(std::string_view field_name);

}  // namespace aside::wire
