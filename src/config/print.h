// The parameter table and a configuration in force as text, for `aside config` and
// docs/configuration.md.
//
// Thread rule: pure functions. Secrets in URLs are left out.
#pragma once

#include <string>

#include "config/config.h"

namespace aside::config {

std::string print_text();
std::string print_markdown();
// One line a parameter: its value, and where it came from.
std::string print_effective(const Config& config);

}  // namespace aside::config
