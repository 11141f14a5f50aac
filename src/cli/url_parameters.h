// What stands after the question mark of a store's URL: "region=eu-west-1&style=path".
//
// Strict: a name that is not known, stands twice or has no value is refused, and the known ones are
// told. Thread rule: pure functions. Errors: bad_input.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aside::cli {

struct UrlParameter {
    std::string_view name;
    std::string* into;  // decoded
};
Result<void> read_url_parameters(std::string_view query, std::span<const UrlParameter> known);

// Of one part of a URL, which `what` names in the error.
Result<std::string> percent_decoded(std::string_view text, std::string_view what);

// A key before an '@' is refused, and not shown.
Result<void> check_no_credentials(std::string_view place);

// "eu-west-1", or whatever another server than AWS calls its own. Empty is none.
Result<void> check_region_text(std::string_view region);

}  // namespace aside::cli
