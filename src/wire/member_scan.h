// Cuts a JSON object into its members without decoding them, for whoever needs a member's bytes as
// they were written.
//
// Thread rule: a pure function. REQUIRES: `is_json(text)`; on other text the cut is wrong, but
// nothing outside of it is read. Errors: bad_input when it is not an object.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::wire {

struct RawMember {
    std::string_view name;   // between the quotes, escapes and all
    std::string_view value;  // without white space around it
};

Result<std::vector<RawMember>> scan_members(std::string_view text);

}  // namespace aside::wire
