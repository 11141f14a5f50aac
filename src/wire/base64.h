// Base64 with padding (RFC 4648 section 4). Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace aside::wire {

void append_base64(std::string& into, std::string_view bytes);

// False: it is not what append_base64 could have written, and nothing was appended. So a text has
// one meaning only: no line ends, no missing padding, no bits that nobody reads (section 3.5).
bool append_base64_decoded(std::string& into, std::string_view text);

}  // namespace aside::wire
