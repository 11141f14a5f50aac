#include "wire/lambda/http_event_target.h"

#include <algorithm>
#include <utility>

#include "wire/uri_encode.h"

namespace aside::wire {
namespace {

// RFC 3986 sections 3.3 and 3.4. In a text that is encoded already, a '%' is what it looks like.
constexpr auto kInDecodedPath = uri_characters("-._~!$&'()*+,;=:@/");
constexpr auto kInPath = uri_characters("-._~!$&'()*+,;=:@/%");
constexpr auto kInQuery = uri_characters("-._~!$&'()*+,;=:@/?%");
constexpr auto kInQueryPair = uri_characters("-._~!$'()*+,;=:@/?%");

constexpr Refusal kMalformed{400, "malformed target"};
constexpr Refusal kTooLong{414, "the target is too long"};

bool has_controls(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

// "/shop/items" without "/shop", and "/shop" too; "/shopping" stays.
std::string_view without_first(std::string_view path, std::string_view prefix) {
    if (prefix.empty() || !path.starts_with(prefix)) return path;
    const std::string_view rest = path.substr(prefix.size());
    return rest.empty() || rest.starts_with('/') ? rest : path;
}

// Does an event's path begin with its stage, unless that is $default? With payload 2.0 always, even
// where a custom domain shows clients another path
// (github.com/CodeGenieApp/serverless-express/465); with 1.0 at an HTTP API's own address, else
// what a custom domain shows is there. Where it is not, an item may well be named like the stage.
// REST APIs have it in requestContext.path alone.
bool may_begin_with_stage(HttpSender sender, const RequestContext& context) {
    if (context.stage.empty() || context.stage == "$default") return false;
    return sender == HttpSender::http_api ||
           (sender == HttpSender::http_api_of_1_0 && context.domain_name.contains(".execute-api."));
}

std::string_view without_stage(std::string_view path, HttpSender sender,
                               const RequestContext& context) {
    if (!may_begin_with_stage(sender, context) || !path.starts_with('/')) return path;
    const std::string_view behind_slash = path.substr(1);
    const std::string_view rest = without_first(behind_slash, context.stage);
    return rest.size() < behind_slash.size() ? rest : path;
}

std::optional<Refusal> append_path(std::string& into, HttpSender sender,
                                   const HttpEventMembers& event, std::string_view path,
                                   std::string_view path_prefix) {
    path = without_first(without_stage(path, sender, event.context), path_prefix);
    if (path.empty()) path = "/";
    if (!path.starts_with('/')) return kMalformed;
    if (decodes_paths(sender)) {
        append_encoded(into, path, kInDecodedPath);
        return std::nullopt;
    }
    if (has_controls(path)) return kMalformed;
    append_encoded(into, path, kInPath);
    return std::nullopt;
}

// API Gateway sends the parameters of payload 1.0 decoded, load balancers send them as they came.
std::optional<Refusal> append_pairs(std::string& into, HttpSender sender, const EventPairs& query) {
    if (query.over) return kTooLong;
    char before = '?';
    for (const HttpField& pair : query.pairs) {
        into += std::exchange(before, '&');
        if (sender != HttpSender::load_balancer) {
            append_uri_encoded(into, pair.name);
            into += '=';
            append_uri_encoded(into, pair.value);
            continue;
        }
        if (has_controls(pair.name) || has_controls(pair.value)) return kMalformed;
        append_encoded(into, pair.name, kInQueryPair);
        into += '=';
        append_encoded(into, pair.value, kInQueryPair);
    }
    return std::nullopt;
}

}  // namespace

Result<std::optional<Refusal>> append_event_target(std::string& into, HttpSender sender,
                                                   const HttpEventMembers& event,
                                                   std::string_view path_prefix) {
    const bool of_2_0 = is_payload_2_0(sender);
    const auto path = of_2_0 ? event.raw_path : event.path;
    if (!path)
        return fail(Errc::bad_input, of_2_0 ? "the event has no rawPath" : "the event has no path");
    if (auto refused = append_path(into, sender, event, *path, path_prefix)) return refused;
    if (!of_2_0) {
        return append_pairs(into, sender,
                            event.multi_query.present ? event.multi_query : event.query);
    }
    if (event.raw_query.empty()) return std::nullopt;
    if (has_controls(event.raw_query)) return kMalformed;
    into += '?';
    append_encoded(into, event.raw_query, kInQuery);
    return std::nullopt;
}

}  // namespace aside::wire
