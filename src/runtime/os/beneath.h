// Opening what lies below a directory without ever leaving it. Thread rule: any thread; blocks.
// Errors: bad_input and denied for the name itself (runtime/file_name.h), denied for a link on the
// way, and the system's.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.h"
#include "runtime/os/descriptor.h"

namespace aside::runtime {

// open(2) with `flags`, without following any link.
Result<Descriptor> open_beneath(int directory, std::string_view name, int flags, mode_t mode = 0);

struct Place {
    Descriptor directory;
    std::string name;  // in it
};
// The directory that `name` is in; `create`: made, with its parents, when it is missing.
Result<Place> open_parent_beneath(int directory, std::string_view name, bool create);

}  // namespace aside::runtime
