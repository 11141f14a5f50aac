#include "wire/canonical_uri.h"

#include <algorithm>
#include <vector>

#include "wire/uri_encode.h"

namespace aside::wire {
namespace {

struct EncodedParameter {
    std::string name, value;
    auto operator<=>(const EncodedParameter&) const = default;
};

}  // namespace

std::string canonical_query(std::span<const QueryParameter> parameters) {
    std::vector<EncodedParameter> encoded(parameters.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        append_uri_encoded(encoded[i].name, parameters[i].name);
        append_uri_encoded(encoded[i].value, parameters[i].value);
        bytes += encoded[i].name.size() + encoded[i].value.size() + 2;
    }
    std::ranges::sort(encoded);
    std::string query;
    query.reserve(bytes);
    for (const EncodedParameter& parameter : encoded) {
        if (!query.empty()) query.push_back('&');
        query.append(parameter.name).append("=").append(parameter.value);
    }
    return query;
}

void append_normalised_path(std::string& into, std::string_view path) {
    std::vector<std::string_view> segments;
    std::string_view last;
    for (std::string_view rest = path; !rest.empty();) {
        const std::size_t slash = rest.find('/');
        last = rest.substr(0, slash);
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
        if (last == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!last.empty() && last != ".") {
            segments.push_back(last);
        }
    }
    for (const std::string_view segment : segments) {
        into.push_back('/');
        append_uri_encoded(into, segment);
    }
    if (segments.empty() || path.ends_with('/')) into.push_back('/');
}

}  // namespace aside::wire
