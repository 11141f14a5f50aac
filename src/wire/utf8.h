// Is this text UTF-8 (RFC 3629: no surrogates, no overlong forms)? Thread rule: a pure function.
#pragma once

#include <string_view>

namespace aside::wire {

bool is_utf8(std::string_view text);

}  // namespace aside::wire
