// "MOVED 3999 127.0.0.1:6381" and "ASK 3999 127.0.0.1:6381". Thread rule: pure function. Source:
// Redis cluster specification, "MOVED redirection", "ASK redirection".
#pragma once

#include <optional>
#include <string_view>

#include "runtime/stream.h"

namespace aside::lab {

struct Redirect {
    runtime::Endpoint to;
    bool ask = false;
};

// Nothing: the error is another one. Where the node names no host, it means its own.
std::optional<Redirect> parse_redirect(std::string_view error, const runtime::Endpoint& from);

}  // namespace aside::lab
