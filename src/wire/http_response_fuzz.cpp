// A response, fed whole or by the byte: both come to the same, within the limits. And what the
// encoder of requests lets pass reads as what it was given.
#include <cstdlib>
#include <string>

#include "wire/http_request.h"
#include "wire/http_request_text.h"
#include "wire/http_response.h"

namespace {

using namespace aside;
using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

struct Outcome {
    std::string text;
    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t step, bool to_head) {
    std::uint64_t granted = 0;
    const ResponseLimits limits{.head_bytes = 500,
                                .body_bytes = 1000,
                                .error_body_bytes = 700,
                                .admit = [&](std::uint64_t size) {
                                    granted = size;
                                    return size <= 900;
                                }};
    ResponseReader reader(limits, to_head);
    while (!bytes.empty() && !reader.done()) {
        const std::string_view piece = bytes.substr(0, step);
        const auto used = reader.feed(piece);
        if (!used) return {"failed"};
        require(*used == piece.size() || reader.done());
        bytes.remove_prefix(*used);
    }
    if (!reader.end_of_stream()) return {"truncated"};
    require(reader.done());
    const ResponseHead& head = reader.head();
    require(head.status >= 200 && head.status <= 999);
    Outcome outcome{std::to_string(head.status) + (reader.keep_alive() ? "+" : "-")};
    for (const HttpField& field : head.fields()) {
        require(field.name.find_first_of("\r\n: ") == std::string_view::npos);
        require(field.value.find_first_of("\r\n") == std::string_view::npos);
        outcome.text.append(field.name).append(":").append(field.value).append("\n");
    }
    const std::string body = reader.take_body();
    const bool succeeded = head.status / 100 == 2;
    require(succeeded ? body.size() <= 900 && body.size() <= granted : body.size() <= 700);
    // What follows the last answer of a connection is nobody's, however much of it was looked at.
    outcome.text.append(body).append("|").append(reader.keep_alive() ? bytes : "");
    return outcome;
}

void encode(std::string_view bytes) {
    const std::size_t line = std::min(bytes.find('\n'), bytes.size());
    const std::string_view rest = bytes.substr(std::min(line + 1, bytes.size()));
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const HttpField fields[] = {
        {"host", "h"}, {rest.substr(0, colon), rest.substr(std::min(colon + 1, rest.size()))}};
    const std::string_view target = bytes.substr(0, line);
    std::string text;
    if (!append_request_head(text, {"GET", target, fields, std::string_view("b")})) {
        require(text.empty());
        return;
    }
    std::size_t scanned = 0;
    require(find_head_end(text, scanned) == text.size());
    const auto head = parse_head(text, {.header_bytes = 1 << 20, .url_bytes = 1 << 20});
    if (!head) return;  // a field with a meaning, and a value that it cannot have
    require(head->target == target && head->host == "h" && head->content_length == 1);
    require(!head->chunked && head->method == Method::get);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const bool to_head : {false, true}) {
        const Outcome whole = read(bytes, size, to_head);
        // What is refused for its size may be refused earlier, or as truncated, in other pieces.
        const Outcome by_byte = read(bytes, 1, to_head);
        require(whole == by_byte || (whole.text == "failed" && by_byte.text == "truncated"));
    }
    encode(bytes);
    return 0;
}
