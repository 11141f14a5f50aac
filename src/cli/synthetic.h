// A made-up data set: item-0, item-1, … each naming some of obj-0, obj-1, …; the same for
// everybody.
//
// Item i names the objects i, i+1, …, counted round: every object is named by as many items. A body
// is JSON of exactly the size asked for, and no two are the same (from some 30 bytes on), so that a
// wrong answer can be told from a right one. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/origin.h"

namespace aside::cli {

Reference synthetic_object(std::uint64_t number, bool versioned);
// `references` is at most `items`.
std::vector<Reference> synthetic_references(std::uint64_t item, std::uint64_t items,
                                            std::uint64_t references, bool versioned);
// {"id":"obj-7","data":"…"}; size_bytes is at least 1.
std::string synthetic_body(std::uint64_t number, std::uint64_t size_bytes);

}  // namespace aside::cli
