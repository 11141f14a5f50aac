// Lists of ids and keys in request bodies: {"ids":[…]} of a batch, {"items":[…],"objects":[…]} of
// an invalidation.
//
// Strict like references_json.h. Thread rule: pure functions. Errors: bad_input, too_large (over
// the limit).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/references_json.h"

namespace aside::wire {

Result<std::vector<std::string>> decode_ids(std::string_view json, std::size_t max_ids);

struct KeyLists {
    std::vector<std::string> items;
    std::vector<ReferenceText> objects;  // written as "key" or {"key":…,"version":…}
};

// `max_keys` bounds both lists together.
Result<KeyLists> decode_key_lists(std::string_view json, std::size_t max_keys);

}  // namespace aside::wire
