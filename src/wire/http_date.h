// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7). Thread rule: a pure function.
#pragma once

#include <array>

#include "base/time.h"

namespace aside::wire {

std::array<char, 29> http_date(WallTime when);

}  // namespace aside::wire
