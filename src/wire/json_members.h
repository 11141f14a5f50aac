// Reading ids, keys and references out of a parsed document. For .cpp files of wire only.
//
// Thread rule: pure functions. Errors: bad_input.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.h"
#include "wire/references_json.h"

namespace aside::wire {

// An id, key or version: not empty, no NUL, at most kMaxKeyBytes. `what` names it in the error.
Result<std::string> read_name(simdjson::dom::element from, std::string_view what);
// {"key":…,"version":…}, the latter optional or null.
Result<ReferenceText> read_reference(simdjson::dom::element from);
// [reference, …]
Result<std::vector<ReferenceText>> read_references(simdjson::dom::element from,
                                                   std::size_t max_references);

// Calls `member(name, element) -> Result<void>` for each member of an object; a name that comes
// twice is bad_input.
template <class Member>
Result<void> each_member(simdjson::dom::element from, Member member) {
    simdjson::dom::object object;
    if (from.get(object)) return fail(Errc::bad_input, "expected a JSON object");
    std::vector<std::string_view> seen;
    for (const auto [name, element] : object) {
        if (std::ranges::find(seen, name) != seen.end()) {
            return fail(Errc::bad_input, "member given twice: " + std::string(name.substr(0, 40)));
        }
        constexpr std::size_t kMostMembers = 16;  // no document of ours has as many
        if (seen.size() == kMostMembers) return fail(Errc::bad_input, "too many members");
        seen.push_back(name);
        Result<void> taken = member(name, element);
        if (!taken) return taken;
    }
    return {};
}

inline std::unexpected<Error> unknown_member(std::string_view name) {
    return fail(Errc::bad_input, "unknown member: " + std::string(name.substr(0, 40)));
}

}  // namespace aside::wire
