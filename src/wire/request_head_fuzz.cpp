// The head of a request, found whole or grown byte by byte, and the body behind it.
#include <cstdlib>
#include <string>

#include "wire/http_body.h"
#include "wire/http_request.h"

namespace {

using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void decode_body(const RequestHead& head, std::string_view bytes, std::size_t step) {
    constexpr std::uint64_t kLimit = 1000;
    BodyDecoder decoder(head, kLimit);
    if (!decoder.feed({})) return;
    while (!bytes.empty() && !decoder.done()) {
        auto used = decoder.feed(bytes.substr(0, step));
        if (!used) return;
        require(*used <= bytes.size() && (*used > 0 || decoder.done()));
        bytes.remove_prefix(*used);
    }
    require(decoder.take().size() <= kLimit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const HeadLimits limits{.header_bytes = 2000, .url_bytes = 500};
    std::size_t scanned = 0;
    const std::size_t end = find_head_end(bytes, scanned);
    std::size_t grown = 0;
    std::size_t end_grown = 0;
    for (std::size_t seen = 1; seen <= size && end_grown == 0; ++seen)
        end_grown = find_head_end(bytes.substr(0, seen), grown);
    require(end == end_grown);
    (void)over_limit(bytes, limits);
    if (end == 0) return 0;

    const std::string_view head_bytes = bytes.substr(0, end);
    auto head = parse_head(head_bytes, limits);
    if (!head) {
        require(head.error().status >= 400 && head.error().status < 600);
        return 0;
    }
    for (auto part :
         {head->target, head->host, head->if_none_match, head->request_id, head->authorization}) {
        require(part.data() == nullptr || part == "/" || inside(part, head_bytes));
        require(part.find_first_of("\r\n") == std::string_view::npos);
    }
    require(!(head->chunked && head->content_length > 0));
    require(head->target == "*" || head->target.starts_with('/'));
    decode_body(*head, bytes.substr(end), size);
    decode_body(*head, bytes.substr(end), 1);
    return 0;
}
