#include "wire/lambda/event_json.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace aside::wire {
namespace {

constexpr std::size_t kLeastBytes = 8 * 1024;

bool has_escapes(std::string_view text) {
    return text.find('\\') != std::string_view::npos;
}

}  // namespace

std::unexpected<Error> no_json() {
    return fail(Errc::bad_input, "the event is not JSON");
}

std::unexpected<Error> wrong_type(std::string_view name, std::string_view wanted) {
    return fail(Errc::bad_input, "the event's " + std::string(name.substr(0, 40)) + " is not " +
                                     std::string(wanted));
}

Result<std::string_view> read_text(EventValue from, std::string_view name) {
    // Nearly no string has an escape, and then it is what stands between its quotes. simdjson would
    // copy it, byte by byte where no vector instructions are known when this is compiled.
    std::string_view token = from.raw_json_token();  // and the white space behind it
    if (!token.starts_with('"')) return wrong_type(name, "a string");
    while (!token.ends_with('"')) token.remove_suffix(1);
    if (token.size() < 2) return no_json();
    const std::string_view text = token.substr(1, token.size() - 2);
    if (!has_escapes(text)) return text;
    std::string_view unescaped;
    if (from.get_string().get(unescaped)) return no_json();
    return unescaped;
}

Result<bool> read_truth(EventValue from, std::string_view name) {
    bool truth = false;
    if (from.get_bool().get(truth)) return wrong_type(name, "true or false");
    return truth;
}

Result<std::string_view> name_of(simdjson::ondemand::field& from) {
    const char* start = from.key().raw();
    // simdjson has seen that the string ends; it may be by a quote that is not the first.
    const auto* end = static_cast<const char*>(std::strchr(start, '"'));
    if (!end) return no_json();
    const std::string_view name(start, static_cast<std::size_t>(end - start));
    if (!has_escapes(name)) return name;
    std::string_view unescaped;
    if (from.unescaped_key().get(unescaped)) return no_json();
    return unescaped;
}

simdjson::simdjson_result<simdjson::ondemand::document> EventJson::open(std::string_view event) {
    if (parser_.capacity() > kKeptBytes && event.size() <= kKeptBytes) {
        parser_ = simdjson::ondemand::parser();
        padded_ = std::string();
    }
    if (parser_.capacity() < event.size() || parser_.capacity() == 0) {
        const std::size_t bytes = std::max(kLeastBytes, std::bit_ceil(event.size()));
        if (const auto error = parser_.allocate(bytes)) return error;
    }
    padded_.clear();
    padded_.reserve(event.size() + simdjson::SIMDJSON_PADDING);
    padded_.append(event);
    padded_.append(simdjson::SIMDJSON_PADDING, '\0');
    return parser_.iterate(padded_.data(), event.size(), padded_.size());
}

}  // namespace aside::wire
