// Is a body, byte for byte, what the data of `aside import --synthetic` says?
//
// Thread rule: the check may be called from several threads at once. Errors: bad_input (a path that
// asks for neither items nor objects of such data).
#pragma once

#include <string_view>

#include "base/result.h"
#include "lab/load/answer_check.h"

namespace aside::cli {

// `path` is …/items/item-{} or …/objects/obj-{}.
Result<lab::load::BodyCheck> synthetic_check(std::string_view path, std::uint64_t items,
                                             std::uint64_t references, std::uint64_t size_bytes);

}  // namespace aside::cli
