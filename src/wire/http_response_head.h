// The head of an HTTP/1.1 response, decoded without I/O.
//
// What two parties could read differently (RFC 9112 sections 5 and 6) is refused, as in a request's
// head: both lengths, two lengths, folded lines, bare CR or LF, unknown transfer codings. Thread
// rule: pure functions, plain values. Ownership: a ResponseHead owns its bytes. Errors: protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/http_body.h"
#include "wire/http_field.h"

namespace aside::wire {

class ResponseHead {
  public:
    unsigned status = 0;
    bool keep_alive = false;  // the connection may carry another request
    BodyFraming framing = BodyFraming::none;
    std::uint64_t content_length = 0;  // as told, also where no body follows (HEAD, 304)

    // The first field of that name, in any case; empty when there is none.
    std::string_view field(std::string_view name) const;
    std::vector<HttpField> fields() const;

  private:
    friend class ResponseHeadParser;
    struct Place {
        std::uint32_t name_at, name_size, value_at, value_size;
    };
    std::string bytes_;
    std::vector<Place> places_;
};

// `head` is exactly what find_head_end counted (http_request.h). `to_head`: it answers a HEAD, so
// that no body follows whatever it says.
Result<ResponseHead> parse_response_head(std::string head, bool to_head);

}  // namespace aside::wire
