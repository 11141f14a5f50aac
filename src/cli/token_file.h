// The admin port's token, from a file. Thread rule: blocks.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/files.h"

namespace aside::cli {

// The file's one line, without its end; empty when `path` is. Errors: bad_input when the file
// cannot be read, is empty or holds more than a token: better no server than one that anybody may
// write to.
Result<std::string> read_token(runtime::Files& files, const std::string& path);

}  // namespace aside::cli
