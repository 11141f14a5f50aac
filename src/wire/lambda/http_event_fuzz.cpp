// An event of HTTP: whatever it says, its head is one that the parser reads or refuses, and has no
// line that the event has no member for.
#include <cstdlib>
#include <string>

#include <simdjson.h>

#include "wire/http_grammar.h"
#include "wire/http_target.h"
#include "wire/lambda/http_event.h"

namespace {

using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

std::size_t values_in(simdjson::dom::element map) {
    simdjson::dom::object object;
    if (map.get(object)) return 0;
    std::size_t count = 0;
    for (const auto [name, value] : object) {
        simdjson::dom::array values;
        count += value.get(values) ? 1 : values.size();
    }
    return count;
}

// By another parser, that reads all of the event. It refuses some that the decoder takes, for it
// looks into what is passed over.
std::size_t most_lines(std::string_view event) {
    static simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(event.data(), event.size()).get(root)) return std::string_view::npos;
    std::size_t lines = 1 + 1 + 1 + 1;  // the request line, Host, Cookie, Content-Length
    for (const char* map : {"headers", "multiValueHeaders"}) {
        simdjson::dom::element found;
        if (!root[map].get(found)) lines += values_in(found);
    }
    return lines;
}

void check_head(std::string_view head, std::string_view event) {
    std::size_t scanned = 0;
    require(find_head_end(head, scanned) == head.size());
    std::size_t lines = 0;
    while (head != "\r\n") {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        require(is_field_value(line) && !line.empty());
        if (++lines > 1) require(is_token(line.substr(0, line.find(':'))));
        head.remove_prefix(line.size() + 2);
    }
    require(lines <= most_lines(event));
}

bool same(const RequestHead& a, const RequestHead& b) {
    return a.method == b.method && a.keep_alive == b.keep_alive && a.chunked == b.chunked &&
           a.expects_continue == b.expects_continue && a.has_origin == b.has_origin &&
           a.wants_timing == b.wants_timing && a.content_length == b.content_length &&
           a.target == b.target && a.host == b.host && a.if_none_match == b.if_none_match &&
           a.request_id == b.request_id && a.authorization == b.authorization;
}

// What is left out of a head by option is what makes no difference.
void check_shorter(const HttpEvent& event, std::string_view text) {
    static HttpEventDecoder decoder({.path_prefix = "/p", .only_what_is_looked_at = true});
    const auto shorter = decoder.decode(text);
    require(shorter.has_value());
    const auto whole = parse_head(event.head, {});
    if (shorter->refusal) {
        require(!whole);
        return;
    }
    require(shorter->head.size() <= event.head.size() && shorter->body == event.body);
    const auto head = parse_head(shorter->head, {});
    require(head.has_value() == whole.has_value());
    if (head) require(same(*head, *whole));
}

void check_request(const HttpEvent& event) {
    const auto request = parse_head(event.head, {});
    if (!request) {
        require(request.error().status >= 400 && !request.error().why.empty());
        return;
    }
    require(request->content_length == event.body.size() && !request->chunked);
    require(request->target.starts_with('/') && !request->expects_continue);
    std::string scratch;
    (void)percent_decode(split_target(request->target).path, scratch);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static HttpEventDecoder decoder({.path_prefix = "/p"});
    const auto event = decoder.decode(text);
    if (!event) {
        require(!event.error().detail.empty());
        return 0;
    }
    if (event->form.sender == HttpSender::none) return 0;
    require(event->head.empty() == event->refusal.has_value());
    if (event->refusal) {
        require(event->refusal->status >= 400 && event->refusal->status < 500);
        return 0;
    }
    check_head(event->head, text);
    check_request(*event);
    check_shorter(*event, text);
    return 0;
}
