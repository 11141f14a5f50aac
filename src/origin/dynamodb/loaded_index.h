// What a load is answered once its references are known.
//
// DynamoDB has no validator, so that one is made: a hash of the references. It costs the transfer,
// but what has not changed is renewed in L1 and L2 instead of written again. Thread rule: pure
// functions. Errors: too_large (the references are over the request's max_bytes).
#pragma once

#include "engine/ports/origin.h"

namespace aside::origin {

Result<LoadedIndex> loaded_index(std::vector<Reference> references,
                                 std::string_view known_validator, std::uint64_t max_bytes);

// The most bytes of JSON that an acceptable answer about one item, or a page of its rows, can have.
// 0 as `max_bytes`: the most that DynamoDB says at a time.
std::uint64_t most_reply_bytes(std::uint64_t max_bytes, std::size_t max_references);

}  // namespace aside::origin
