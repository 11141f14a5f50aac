#include "wire/http_target.h"

#include <algorithm>

#include "wire/uri_encode.h"
#include "wire/utf8.h"

namespace aside::wire {
namespace {

// Most ids are plain ASCII: one pass says so, and nothing is copied.
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char byte) { return byte > 0 && byte != '%'; });
}

}  // namespace

Target split_target(std::string_view target) {
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

Result<std::string_view> percent_decode(std::string_view encoded, std::string& scratch) {
    if (is_plain(encoded)) return encoded;
    scratch.clear();
    if (!append_percent_decoded(scratch, encoded))
        return fail(Errc::bad_input, "a '%' that is not followed by two hexadecimal digits");
    if (scratch.find('\0') != std::string::npos) return fail(Errc::bad_input, "a NUL in the path");
    if (!is_utf8(scratch)) return fail(Errc::bad_input, "the path is not UTF-8");
    return std::string_view(scratch);
}

QueryPair take_query_pair(std::string_view& query) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return {pair, std::nullopt};
    return {pair.substr(0, equals), pair.substr(equals + 1)};
}

Result<std::optional<std::string_view>> query_parameter(std::string_view query,
                                                        std::string_view name,
                                                        std::string& scratch) {
    std::optional<std::string_view> found;
    while (!query.empty()) {
        const QueryPair pair = take_query_pair(query);
        if (pair.name != name) continue;
        if (found) return fail(Errc::bad_input, "a parameter is given twice");
        found = pair.value.value_or(std::string_view());
    }
    if (!found) return std::nullopt;
    auto decoded = percent_decode(*found, scratch);
    if (!decoded) return std::unexpected(std::move(decoded.error()));
    return *decoded;
}

}  // namespace aside::wire
