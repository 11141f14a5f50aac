// A whole file that a command writes for its user: a report.
//
// Thread rule: blocks. Errors: of the directory and the file, named.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/files.h"

namespace aside::cli {

// Readers see the old bytes or the new ones. The directory must exist. "-" is standard output.
Result<void> write_output(runtime::Files& files, const std::string& path, std::string_view bytes);

}  // namespace aside::cli
