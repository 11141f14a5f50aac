#include "sizing/reference_strata.h"

#include <algorithm>

namespace aside::sizing {

namespace {

constexpr std::size_t kSmallPart = 16;  // of the keys; the other table has the rest

}  // namespace

ReferenceStrata::ReferenceStrata(std::size_t keys) {
    const std::size_t sets = keys / Set().size(), small = sets / kSmallPart;
    tables_ = {Table(std::max<std::size_t>(small, 1)),
               Table(std::max<std::size_t>(sets - small, 1))};
}

}  // namespace aside::sizing
