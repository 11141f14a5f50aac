// An answer to an event of HTTP: whatever its headers and its body hold, it is JSON, and the body
// comes back. The input is the form, then texts with a NUL between: names and values of headers,
// and behind an empty name the body's pieces.
#include <cstdlib>
#include <string>
#include <vector>

#include <simdjson.h>

#include "wire/base64.h"
#include "wire/lambda/http_answer.h"

namespace {

using namespace aside::wire;

void require(bool promise) {
    if (!promise) std::abort();
}

std::string_view take(std::string_view& input) {
    const std::string_view text = input.substr(0, input.find('\0'));
    input.remove_prefix(std::min(text.size() + 1, input.size()));
    return text;
}

std::string body_of(simdjson::dom::element answer) {
    bool is_base64 = false;
    std::string_view text;
    require(!answer["isBase64Encoded"].get(is_base64) && !answer["body"].get(text));
    if (!is_base64) return std::string(text);
    std::string bytes;
    require(append_base64_decoded(bytes, text));
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    constexpr AnswerForm kForms[] = {
        {HttpSender::http_api},      {HttpSender::function_url},        {HttpSender::rest_api},
        {HttpSender::load_balancer}, {HttpSender::load_balancer, true},
    };
    const AnswerForm form = kForms[data[0] % std::size(kForms)];
    std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

    std::vector<HttpField> fields;
    for (std::string_view name = take(input); !name.empty(); name = take(input))
        fields.push_back({name, take(input)});
    std::vector<std::string_view> pieces;
    std::string body;
    while (!input.empty()) {
        pieces.push_back(take(input));
        body += pieces.back();
    }

    std::string json;
    const auto written =
        append_http_answer(json, form, {.status = 200, .fields = fields, .body = pieces});
    require(written.has_value());
    static simdjson::dom::parser parser;
    simdjson::dom::element answer;
    require(!parser.parse(json).get(answer));
    require(body_of(answer) == body);
    return 0;
}
