// What a table can hold at all. Looked at before anything is sent, because DynamoDB refuses a whole
// batch for one bad key in it, with the error that otherwise means a wrong table. Thread rule: pure
// functions. Errors: bad_input (an empty or too long id, text that is not UTF-8), too_large.
// Source: "Constraints in Amazon DynamoDB" and "Item sizes and formats", its Developer Guide.
#pragma once

#include <span>
#include <string_view>

#include "engine/ports/origin.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

inline constexpr std::size_t kMostIdBytes = 2048;
inline constexpr std::uint64_t kMostItemBytes = 400ULL * 1024;

Result<void> check_id(std::string_view id);
Result<void> check_references(const TableLayout& layout, std::string_view id,
                              std::span<const Reference> references);

}  // namespace aside::origin
