#include "cli/url_parameters.h"

#include <algorithm>
#include <vector>

#include "wire/http_target.h"

namespace aside::cli {
namespace {

std::unexpected<Error> unknown(std::string_view name, std::span<const UrlParameter> known) {
    std::string names;
    for (const UrlParameter& one : known) {
        names.append(names.empty() ? "" : ", ").append(one.name).append("=");
    }
    return fail(Errc::bad_input,
                "the parameter \"" + std::string(name) + "\" is not known; known are " + names);
}

}  // namespace

Result<std::string> percent_decoded(std::string_view text, std::string_view what) {
    std::string scratch;
    const auto plain = wire::percent_decode(text, scratch);
    if (!plain) return fail(Errc::bad_input, std::string(what) + " is not percent-encoded UTF-8");
    return std::string(*plain);
}

Result<void> read_url_parameters(std::string_view query, std::span<const UrlParameter> known) {
    std::vector<std::string_view> seen;
    while (!query.empty()) {
        const auto [name, encoded] = wire::take_query_pair(query);
        const auto one = std::ranges::find(known, name, &UrlParameter::name);
        if (one == known.end()) return unknown(name, known);
        if (std::ranges::find(seen, name) != seen.end()) {
            return fail(Errc::bad_input, std::string(name) + "= stands twice");
        }
        seen.push_back(name);
        auto value = percent_decoded(encoded.value_or(std::string_view()), std::string(name) + "=");
        if (!value) return fail(std::move(value.error()));
        if (value->empty()) return fail(Errc::bad_input, std::string(name) + "= has no value");
        *one->into = std::move(*value);
    }
    return {};
}

Result<void> check_no_credentials(std::string_view place) {
    if (place.find('@') == std::string_view::npos) return {};
    return fail(Errc::bad_input,
                "credentials do not belong in this URL: they come from the environment, a profile "
                "or a role, in AWS's order");
}

Result<void> check_region_text(std::string_view region) {
    const bool plain = std::ranges::all_of(region, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (plain) return {};
    return fail(Errc::bad_input, "region=" + std::string(region) +
                                     " is no region: only lower-case letters, digits and '-' may "
                                     "be in it, as in eu-west-1");
}

}  // namespace aside::cli
