// Reading and writing single rows of a store.
//
// Thread rule: that of the connection; calls block. Errors: those of result_code.h; too_large,
// bytes_in_flight (see engine/ports/origin.h).
#pragma once

#include <span>
#include <string_view>

#include "engine/ports/origin.h"
#include "origin/sqlite/connection.h"

namespace aside::origin {

Result<LoadedObject> read_object(Connection& connection, const Reference& reference,
                                 const LoadRequest& request);
Result<LoadedIndex> read_item(Connection& connection, std::string_view id,
                              const LoadRequest& request);

// `import` is the number of the import they belong to, or 0. False: the same import has already
// written this key.
Result<bool> write_object(Connection& connection, const Reference& reference, std::string_view body,
                          std::int64_t import);
Result<bool> write_item(Connection& connection, std::string_view id,
                        std::span<const Reference> references, std::int64_t import);

Result<void> remove_object(Connection& connection, const Reference& reference);
Result<void> remove_item(Connection& connection, std::string_view id);

}  // namespace aside::origin
