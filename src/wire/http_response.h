// An HTTP/1.1 response, read as it comes: interim answers passed over, the head, the body. A
// machine without I/O.
//
//   auto used = reader.feed(bytes);   // until done(); then what is left of `bytes` is not its own
//   reader.end_of_stream();           // when the connection ends
//
// The head is collected whole and bounded before it is parsed; the body is bounded while it
// streams, and memory for it is asked for before it is taken. Thread rule: one owner. Errors:
// protocol (what no server of HTTP/1.1 may say), too_large (head or body over its limit),
// bytes_in_flight (`admit` said no: Error::amount tells what was wanted), connection_lost (the
// stream ended before the response did). After an error, or when bytes are left over behind a
// response, the connection must be closed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http_response_head.h"

namespace aside::wire {

struct ResponseLimits {
    std::uint32_t head_bytes = 16 * 1024;  // of each head, interim ones included
    std::uint64_t body_bytes = 1024 * 1024;
    // Of an answer of another status than 2xx. A longer one is dropped, for the status says what
    // matters. `admit` is not asked.
    std::uint64_t error_body_bytes = 64 * 1024;
    // Asked with the size of the body in all that memory is to be taken for: once, where its length
    // was told, else again whenever it has grown to twice of what was asked for. Empty: no limit.
    std::function<bool(std::uint64_t)> admit = {};
};

class ResponseReader {
  public:
    // `to_head`: what is read answers a HEAD.
    ResponseReader(ResponseLimits limits, bool to_head);

    // Takes what belongs to the response off the front of `bytes`; says how much.
    Result<std::size_t> feed(std::string_view bytes);
    Result<void> end_of_stream();

    bool begun() const { return begun_; }  // a byte of an answer has come
    bool done() const { return head_ && body_ && body_->done(); }
    // When done.
    bool keep_alive() const { return head_->keep_alive; }
    ResponseHead& head() { return *head_; }
    std::string take_body() { return body_->take(); }

  private:
    // Of "100 Continue", "103 Early Hints" and the like before one answer.
    static constexpr unsigned kMaxInterim = 8;
    static constexpr std::uint64_t kFirstAdmitted = 64 * 1024;  // of a body of unknown length

    Result<std::size_t> feed_head(std::string_view bytes);
    Result<void> take_head();
    Result<std::size_t> feed_body(std::string_view bytes);
    Result<void> make_room(std::uint64_t bytes);
    bool drop_body(const Refusal& refusal);

    const ResponseLimits limits_;
    const bool to_head_;
    std::uint64_t body_limit_ = 0;  // once the status is known
    bool admitting_ = false;
    bool begun_ = false;
    unsigned interim_ = 0;
    std::string head_bytes_;
    std::size_t scanned_ = 0;
    std::uint64_t admitted_ = 0;
    std::optional<ResponseHead> head_;
    std::optional<BodyDecoder> body_;
};

}  // namespace aside::wire
