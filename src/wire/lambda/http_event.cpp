#include "wire/lambda/http_event.h"

#include <algorithm>
#include <span>
#include <utility>

#include "wire/base64.h"
#include "wire/http_grammar.h"
#include "wire/lambda/http_event_members.h"
#include "wire/lambda/http_event_target.h"

namespace aside::wire {
namespace {

HttpSender sender_of(const HttpEventMembers& event) {
    const RequestContext& context = event.context;
    if (context.is_elb) return HttpSender::load_balancer;
    if (context.is_http) {
        // <id>.lambda-url.<region>.on.aws
        return context.domain_name.contains(".lambda-url.") ? HttpSender::function_url
                                                            : HttpSender::http_api;
    }
    if (event.raw_path) return HttpSender::http_api;
    if (!event.method && !event.has_resource) return HttpSender::none;
    return event.version == "1.0" ? HttpSender::http_api_of_1_0 : HttpSender::rest_api;
}

// What is between one peer and the next (RFC 9110 section 7.6.1), or says how long a body is that
// has since been decoded.
bool is_of_the_connection(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "connection", "keep-alive",        "proxy-connection", "te",
        "trailer",    "transfer-encoding", "upgrade",          "content-length",
    };
    return std::ranges::any_of(
        kNames, [&](std::string_view known) { return same_ignoring_case(name, known); });
}

std::size_t line_bytes(std::string_view name, std::string_view value) {
    return name.size() + value.size() + std::string_view(": \r\n").size();
}

void append_line(std::string& into, std::string_view name, std::string_view value) {
    into.append(name).append(": ").append(value).append("\r\n");
}

// The lines of a request's head behind its first.
class HeaderLines {
  public:
    HeaderLines(std::string& into, bool only_what_is_looked_at)
        : into_(into), leaves_out_(only_what_is_looked_at) {}

    bool add(std::string_view name, std::string_view value) {
        if (!is_token(name) || !is_field_value(value)) return false;
        if (is_of_the_connection(name)) return true;
        // The body is here: what a client waited for before it sent it has happened.
        if (same_ignoring_case(name, "expect") && same_ignoring_case(value, "100-continue")) {
            return true;
        }
        has_host_ |= same_ignoring_case(name, "host");
        has_cookie_ |= same_ignoring_case(name, "cookie");
        if (leaves_out_ && !is_looked_at(name))
            left_out_bytes_ += line_bytes(name, value);
        else
            append_line(into_, name, value);
        return true;
    }

    // Function URLs send cookies as a list and as a header, HTTP APIs as a list alone. RFC 6265
    // section 5.4: they are one header.
    bool add_cookies(std::span<const HttpField> cookies) {
        if (has_cookie_ || cookies.empty()) return true;
        std::string joined;
        for (const HttpField& cookie : cookies)
            joined.append(joined.empty() ? "" : "; ").append(cookie.value);
        return add("cookie", joined);
    }

    // A load balancer's own health check has no Host. RFC 9112 section 3.2: then it is empty.
    bool end(std::string_view domain_name, std::size_t body_bytes) {
        if (!has_host_ && !add("host", domain_name)) return false;
        if (body_bytes > 0) append_line(into_, "content-length", std::to_string(body_bytes));
        into_ += "\r\n";
        return true;
    }

    std::size_t left_out_bytes() const { return left_out_bytes_; }

  private:
    std::string& into_;
    const bool leaves_out_;
    std::size_t left_out_bytes_ = 0;
    bool has_host_ = false;
    bool has_cookie_ = false;
};

// `into` begins with the request line.
std::optional<Refusal> append_header(std::string& into, const HttpEventMembers& event,
                                     const HttpEventOptions& options, std::size_t body_bytes) {
    constexpr Refusal kMalformed{400, "malformed request"};
    constexpr Refusal kTooLarge{431, "the header is too large"};
    const EventPairs& headers = event.multi_headers.present ? event.multi_headers : event.headers;
    if (headers.over || event.cookies.over) return kTooLarge;
    HeaderLines lines(into, options.only_what_is_looked_at);
    for (const HttpField& field : headers.pairs) {
        if (!lines.add(field.name, field.value)) return kMalformed;
    }
    if (!lines.add_cookies(event.cookies.pairs)) return kMalformed;
    if (!lines.end(event.context.domain_name, body_bytes)) return kMalformed;
    if (lines.left_out_bytes() == 0) return std::nullopt;  // the parser counts
    if (into.size() + lines.left_out_bytes() > options.limits.header_bytes) return kTooLarge;
    return std::nullopt;
}

}  // namespace

struct HttpEventDecoder::Memory {
    EventJson json;
    HttpEventMembers event;
    std::string head, body;

    Result<std::string_view> decoded_body() {
        if (!event.is_base64) return event.body;
        body.clear();
        if (body.capacity() > EventJson::kKeptBytes) body.shrink_to_fit();
        if (append_base64_decoded(body, event.body)) return body;
        return fail(Errc::bad_input, "the event's body is not base64, as it says");
    }

    Result<std::optional<Refusal>> write_head(HttpSender sender, const HttpEventOptions& options,
                                              std::size_t body_bytes) {
        const bool of_2_0 = is_payload_2_0(sender);
        const auto& method = of_2_0 ? event.context.method : event.method;
        if (!method) {
            return fail(Errc::bad_input, of_2_0 ? "the event has no requestContext.http.method"
                                                : "the event has no httpMethod");
        }
        if (!is_token(*method)) return Refusal{400, "malformed request"};
        head.assign(*method).append(" ");
        auto refused = append_event_target(head, sender, event, options.path_prefix);
        if (!refused || *refused) return refused;
        head += " HTTP/1.1\r\n";
        return append_header(head, event, options, body_bytes);
    }
};

HttpEventDecoder::HttpEventDecoder(HttpEventOptions options)
    : options_(std::move(options)), memory_(std::make_unique<Memory>()) {}
HttpEventDecoder::~HttpEventDecoder() = default;

Result<HttpEvent> HttpEventDecoder::decode(std::string_view event) {
    Memory& memory = *memory_;
    const auto read = read_http_members(memory.json, event, options_.limits, memory.event);
    if (!read) return fail(read.error());
    HttpEvent request;
    if (!*read) return request;
    const HttpSender sender = sender_of(memory.event);
    if (sender == HttpSender::none) return request;
    request.form = {
        .sender = sender,
        .multi_value = sender == HttpSender::load_balancer && memory.event.multi_headers.present};
    const auto body = memory.decoded_body();
    if (!body) return fail(body.error());
    const auto refused = memory.write_head(sender, options_, body->size());
    if (!refused) return fail(refused.error());
    request.refusal = *refused;
    request.slashes_may_be_data = decodes_paths(sender);
    if (request.refusal) return request;
    request.head = memory.head;
    request.body = *body;
    return request;
}

}  // namespace aside::wire
