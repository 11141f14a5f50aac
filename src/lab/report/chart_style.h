// How charts look: colours by name, for light and dark, and the lines' dashes.
//
// Lines are told apart by colour and by dash, so that neither print nor an eye that sees few
// colours loses one. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace aside::lab::report {

enum class Paint : unsigned char { surface, ink, faint_ink, grid, axis, mark, mark_ink };

// As CSS says it: the page's variable, and the light colour where there is no page.
std::string paint(Paint what);
std::string line_paint(unsigned style);
std::string_view line_dash(unsigned style);  // of stroke-dasharray; empty: solid

// "--surface:#fff;…": the variables' values.
std::string light_variables();
std::string dark_variables();

}  // namespace aside::lab::report
