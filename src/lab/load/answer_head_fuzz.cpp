// The quick scan of an answer's head, beside the strict reader: where both read one, they read the
// same; and no byte that follows changes what a prefix was found to be.
#include <cstdlib>

#include "lab/load/answer_head.h"
#include "wire/http_request.h"
#include "wire/http_response_head.h"

namespace {

using namespace aside;
using namespace aside::lab::load;

void require(bool promise) {
    if (!promise) std::abort();
}

void compare(std::string_view bytes, const AnswerHead& quick) {
    std::size_t scanned = 0;
    require(wire::find_head_end(bytes, scanned) == quick.head_bytes);
    const auto strict =
        wire::parse_response_head(std::string(bytes.substr(0, quick.head_bytes)), false);
    if (!strict) return;  // it refuses more: what stands in fields, for one
    require(static_cast<int>(strict->status) == quick.status);
    require(strict->framing == wire::BodyFraming::none ||
            strict->framing == wire::BodyFraming::counted);
    const bool has_body = strict->framing == wire::BodyFraming::counted;
    require(quick.body_bytes == (has_body ? strict->content_length : 0));
    require(quick.keep_alive == strict->keep_alive);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    AnswerHead head;
    const HeadScan whole = scan_answer_head(bytes, head);
    if (whole == HeadScan::whole) {
        compare(bytes, head);
        AnswerHead alone;
        require(scan_answer_head(bytes.substr(0, head.head_bytes), alone) == HeadScan::whole);
        require(alone.body_bytes == head.body_bytes && alone.status == head.status);
    }
    for (std::size_t cut = 0; cut < size; ++cut) {
        AnswerHead part;
        const HeadScan found = scan_answer_head(bytes.substr(0, cut), part);
        require(found == HeadScan::incomplete || found == whole);
    }
    parse_sources(bytes);
    parse_age(bytes);
    return 0;
}
