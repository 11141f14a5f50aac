// Text and numbers as HTML and SVG write them. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace aside::lab::report {

// For text and for attribute values in double quotes. What XML cannot hold, control characters and
// broken UTF-8, becomes U+FFFD.
std::string escaped(std::string_view text);

// A place in a drawing: tenths are enough. Not for numbers that somebody reads.
std::string coordinate(double value);

}  // namespace aside::lab::report
