// What may be a name below a runtime::Directory: relative, '/'-separated, each part an ordinary
// name.
//
// Refused: NUL, an absolute name, a part that is "..", "." or empty, a part over 255 bytes, a name
// over 4,095. Links are the implementation's matter. Thread rule: pure. Errors: bad_input for what
// no file system can hold, denied for what tries to leave the directory.
#pragma once

#include <string_view>

#include "base/result.h"

namespace aside::runtime {

inline constexpr std::size_t kFileNamePartMax = 255;
inline constexpr std::size_t kFileNameMax = 4095;

Result<void> check_file_name(std::string_view name);

}  // namespace aside::runtime
