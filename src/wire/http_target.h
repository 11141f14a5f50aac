// What a request's target means, decoded once (RFC 3986 sections 2.1 and 3): "%41" is "A", '+' is
// '+', and "." and ".." are data like any other, for a key is a name and not a place.
//
// A decoded path or parameter is UTF-8 without NUL, because it is echoed in JSON and passed to
// stores whose names end at one. Thread rule: pure functions. Ownership: a decoded text is a view
// of the target when nothing was encoded, else of `scratch`. Errors: bad_input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aside::wire {

struct Target {
    std::string_view path;   // still encoded
    std::string_view query;  // still encoded, without '?'
};

Target split_target(std::string_view target);

Result<std::string_view> percent_decode(std::string_view encoded, std::string& scratch);

// "name=value" as it stands in a query, encoded; without an '=' there is no value.
struct QueryPair {
    std::string_view name;
    std::optional<std::string_view> value;
};
// Takes the first one off the front. REQUIRES: the query is not empty.
QueryPair take_query_pair(std::string_view& query);

// The value of a parameter; nothing when it is not there. Twice is an error: two readers could take
// either.
Result<std::optional<std::string_view>> query_parameter(std::string_view query,
                                                        std::string_view name,
                                                        std::string& scratch);

}  // namespace aside::wire
