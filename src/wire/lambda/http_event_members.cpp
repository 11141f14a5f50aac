#include "wire/lambda/http_event_members.h"

#include <algorithm>
#include <array>

namespace aside::wire {
namespace {

enum class Member : std::uint8_t {
    version,
    resource,
    raw_path,
    path,
    raw_query,
    method,
    headers,
    multi_headers,
    query,
    multi_query,
    cookies,
    context,
    body,
    is_base64,
};
constexpr std::array<std::string_view, 14> kNames = {
    "version",
    "resource",
    "rawPath",
    "path",
    "rawQueryString",
    "httpMethod",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "cookies",
    "requestContext",
    "body",
    "isBase64Encoded",
};

// Another reader might take the other one.
std::unexpected<Error> given_twice(std::string_view name) {
    return fail(Errc::bad_input, "the event has two " + std::string(name));
}

template <class Text>
Result<void> take_text(EventValue from, std::string_view name, Text& into) {
    const auto text = read_text(from, name);
    if (!text) return fail(text.error());
    into = *text;
    return {};
}

void add_pair(EventPairs& into, std::string_view name, std::string_view value, std::uint64_t most) {
    into.bytes += name.size() + value.size() + 1;
    if (into.bytes > most)
        into.over = true;
    else
        into.pairs.push_back({name, value});
}

// {"name":"value"}
Result<void> take_pairs(EventValue from, std::string_view what, std::uint64_t most,
                        EventPairs& into) {
    into.present = true;
    return each_member_of(from, what, [&](std::string_view name, EventValue value) -> Result<void> {
        const auto text = read_text(value, what);
        if (!text) return fail(text.error());
        add_pair(into, name, *text, most);
        return {};
    });
}

// ["value", …]
Result<void> take_values(EventValue from, std::string_view what, std::uint64_t most,
                         EventPairs& into, std::string_view name = {}) {
    return each_element_of(from, what, [&](EventValue value) -> Result<void> {
        const auto text = read_text(value, what);
        if (!text) return fail(text.error());
        add_pair(into, name, *text, most);
        return {};
    });
}

// {"name":["value", …]}
Result<void> take_multi_pairs(EventValue from, std::string_view what, std::uint64_t most,
                              EventPairs& into) {
    into.present = true;
    return each_member_of(from, what, [&](std::string_view name, EventValue values) {
        return take_values(values, what, most, into, name);
    });
}

bool is_null(EventValue from) {
    bool null = false;  // simdjson is asked last: it takes what only begins with "null" for broken
    return from.raw_json_token().starts_with("null") && !from.is_null().get(null) && null;
}

// {"http":{"method":"GET", …}}
Result<void> take_http(EventValue from, RequestContext& into) {
    into.is_http = true;
    return each_member_of(from, "requestContext.http",
                          [&](std::string_view name, EventValue value) -> Result<void> {
                              if (name != "method" || is_null(value)) return {};
                              if (into.method) return given_twice("requestContext.http.method");
                              return take_text(value, "requestContext.http.method", into.method);
                          });
}

Result<void> take_context(EventValue from, RequestContext& into) {
    return each_member_of(
        from, "requestContext", [&](std::string_view name, EventValue value) -> Result<void> {
            if (is_null(value)) return {};
            if (name == "http") return take_http(value, into);
            if (name == "elb") into.is_elb = true;
            if (name == "stage") return take_text(value, "requestContext.stage", into.stage);
            if (name != "domainName") return {};
            return take_text(value, "requestContext.domainName", into.domain_name);
        });
}

Result<void> take_truth(EventValue from, std::string_view name, bool& into) {
    const auto truth = read_truth(from, name);
    if (!truth) return fail(truth.error());
    into = *truth;
    return {};
}

Result<void> take(Member member, EventValue from, const HeadLimits& limits,
                  HttpEventMembers& into) {
    const std::string_view name = kNames[static_cast<std::size_t>(member)];
    switch (member) {
        case Member::version:
            return take_text(from, name, into.version);
        case Member::resource:
            into.has_resource = true;
            return {};
        case Member::raw_path:
            return take_text(from, name, into.raw_path);
        case Member::path:
            return take_text(from, name, into.path);
        case Member::raw_query:
            return take_text(from, name, into.raw_query);
        case Member::method:
            return take_text(from, name, into.method);
        case Member::headers:
            return take_pairs(from, name, limits.header_bytes, into.headers);
        case Member::multi_headers:
            return take_multi_pairs(from, name, limits.header_bytes, into.multi_headers);
        case Member::query:
            return take_pairs(from, name, limits.url_bytes, into.query);
        case Member::multi_query:
            return take_multi_pairs(from, name, limits.url_bytes, into.multi_query);
        case Member::cookies:
            return take_values(from, name, limits.header_bytes, into.cookies);
        case Member::context:
            return take_context(from, into.context);
        case Member::body:
            return take_text(from, name, into.body);
        case Member::is_base64:
            return take_truth(from, name, into.is_base64);
    }
    return {};
}

}  // namespace

void HttpEventMembers::clear() {
    for (EventPairs* pairs : {&headers, &multi_headers, &query, &multi_query, &cookies})
        pairs->clear();
    method.reset();
    path.reset();
    raw_path.reset();
    version = raw_query = body = {};
    context = {};
    has_resource = is_base64 = false;
}

Result<bool> read_http_members(EventJson& json, std::string_view event, const HeadLimits& limits,
                               HttpEventMembers& into) {
    into.clear();
    std::uint32_t seen = 0;
    return json.read(event, [&](std::string_view name, EventValue value) -> Result<void> {
        const auto* const found = std::ranges::find(kNames, name);
        if (found == kNames.end()) return {};
        const auto at = static_cast<std::size_t>(found - kNames.begin());
        if ((seen & 1U << at) != 0) return given_twice(name);
        seen |= 1U << at;
        if (is_null(value)) return {};
        return take(static_cast<Member>(at), value, limits, into);
    });
}

}  // namespace aside::wire
