// The style sheet of report pages. Thread rule: a pure function.
#pragma once

#include <string>

namespace aside::lab::report {

std::string page_style();

}  // namespace aside::lab::report
