// One field of an HTTP head, as name and value. Thread rule: plain views. Ownership: borrows both.
#pragma once

#include <string_view>

namespace aside::wire {

struct HttpField {
    std::string_view name, value;
};

}  // namespace aside::wire
