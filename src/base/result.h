// Result<T>: a value or an Error. Thread rule: plain values.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace aside {

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string detail = {}) {
    return std::unexpected<Error>(Error{code, std::move(detail), 0});
}

inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

}  // namespace aside
