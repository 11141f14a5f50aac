#include "wire/lambda/http_answer.h"

#include <algorithm>
#include <utility>

#include "wire/base64.h"
#include "wire/http_grammar.h"
#include "wire/http_status.h"
#include "wire/json_text.h"
#include "wire/lambda/http_event_target.h"
#include "wire/utf8.h"

namespace aside::wire {
namespace {

using Fields = std::span<const HttpField>;

bool is_left_out(const HttpField& field, bool has_body) {
    constexpr std::string_view kNames[] = {"connection", "date", "keep-alive", "transfer-encoding"};
    return std::ranges::any_of(
               kNames,
               [&](std::string_view known) { return same_ignoring_case(field.name, known); }) ||
           (has_body && same_ignoring_case(field.name, "content-length"));
}

bool is_cookie(const HttpField& field) {
    return same_ignoring_case(field.name, "set-cookie");
}

bool is_first_of_its_name(Fields fields, std::size_t at) {
    return std::ranges::none_of(fields.first(at), [&](const HttpField& earlier) {
        return same_ignoring_case(earlier.name, fields[at].name);
    });
}

// The values of the field at `at` and of those after it that have its name.
template <class Use>
void each_value(Fields fields, std::size_t at, Use use) {
    for (const HttpField& field : fields.subspan(at)) {
        if (same_ignoring_case(field.name, fields[at].name)) use(field.value);
    }
}

// "name":["value","value"]
void append_values(std::string& into, Fields fields, std::size_t at) {
    into += '[';
    each_value(fields, at, [&](std::string_view value) {
        if (!into.ends_with('[')) into += ',';
        append_json_string(into, value);
    });
    into += ']';
}

// "name":"value, value" (RFC 9110 section 5.3). Cookies cannot be joined so: the last one is what a
// load balancer would take.
void append_joined(std::string& into, Fields fields, std::size_t at) {
    std::string joined;
    std::string_view only;
    std::size_t count = 0;
    each_value(fields, at, [&](std::string_view value) {
        if (++count == 1 || is_cookie(fields[at]))
            only = value;
        else
            joined.append(joined.empty() ? only : std::string_view()).append(", ").append(value);
    });
    append_json_string(into, joined.empty() ? only : joined);
}

void append_members(std::string& into, Fields fields, bool multi_value, bool cookies_apart,
                    bool has_body) {
    into += multi_value ? R"("multiValueHeaders":{)" : R"("headers":{)";
    std::string_view between;
    for (std::size_t at = 0; at < fields.size(); ++at) {
        if (is_left_out(fields[at], has_body) || !is_first_of_its_name(fields, at)) continue;
        if (cookies_apart && is_cookie(fields[at])) continue;
        into += std::exchange(between, ",");
        append_json_string(into, fields[at].name);
        into += ':';
        if (multi_value)
            append_values(into, fields, at);
        else
            append_joined(into, fields, at);
    }
    into += '}';
}

// Payload 2.0 has cookies in a list of their own.
void append_cookies(std::string& into, Fields fields) {
    const auto first = std::ranges::find_if(fields, is_cookie);
    if (first == fields.end()) return;
    into += R"(,"cookies":)";
    append_values(into, fields, static_cast<std::size_t>(first - fields.begin()));
}

void append_body(std::string& into, std::span<const std::string_view> body) {
    if (std::ranges::all_of(body, is_utf8)) {
        into += R"(,"isBase64Encoded":false,"body":")";
        for (const std::string_view piece : body) append_json_escaped(into, piece);
    } else {
        into += R"(,"isBase64Encoded":true,"body":")";
        std::string whole;  // base64 is of three bytes at a time, whatever the pieces
        for (const std::string_view piece : body) whole += piece;
        append_base64(into, whole);
    }
    into += '"';
}

std::unexpected<Error> too_large(bool is_load_balancer, std::size_t most) {
    const std::string_view what = is_load_balancer ? "a load balancer takes from a Lambda function"
                                                   : "a Lambda function may give";
    return fail(Errc::too_large, "the answer is larger than " + std::string(what) + ", " +
                                     std::to_string(most) + " bytes of JSON");
}

}  // namespace

Result<void> append_http_answer(std::string& into, AnswerForm form, const HttpAnswer& answer) {
    const bool is_load_balancer = form.sender == HttpSender::load_balancer;
    const std::size_t most = is_load_balancer ? kMaxLoadBalancerAnswerBytes : kMaxLambdaAnswerBytes;
    std::size_t body_bytes = 0;
    for (const std::string_view piece : answer.body) body_bytes += piece.size();
    if (body_bytes > most) return too_large(is_load_balancer, most);

    const std::size_t before = into.size();
    constexpr std::size_t kBesideBody = 1024;  // a guess: escapes, headers
    into.reserve(before + body_bytes + body_bytes / 8 + kBesideBody);
    into += R"({"statusCode":)";
    into += std::to_string(answer.status);
    if (is_load_balancer) {
        into += R"(,"statusDescription":")";
        into += std::to_string(answer.status);
        into.append(" ").append(reason_phrase(answer.status)).append("\"");
    }
    into += ',';
    const bool is_2_0 = is_payload_2_0(form.sender);
    const bool multi_value = is_load_balancer ? form.multi_value : !is_2_0;
    append_members(into, answer.fields, multi_value, is_2_0, body_bytes > 0);
    if (is_2_0) append_cookies(into, answer.fields);
    append_body(into, answer.body);
    into += '}';
    if (into.size() - before <= most) return {};
    into.resize(before);
    return too_large(is_load_balancer, most);
}

}  // namespace aside::wire
