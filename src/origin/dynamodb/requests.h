// The bodies of DynamoDB's operations (API version 2012-08-10, JSON 1.0), as far as an index needs
// them.
//
// Thread rule: pure functions. Limits are the API's: at most kBatchGetMost keys, kBatchWriteMost
// writes in a body; REQUIRES that callers keep them. Reads project what a layout needs, under
// placeholders, for attribute names may be words that DynamoDB reserves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/ports/origin.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

inline constexpr std::size_t kBatchGetMost = 100;
inline constexpr std::size_t kBatchWriteMost = 25;

// --- Reading. List layout.
std::string get_item_request(const TableLayout& layout, std::string_view id, bool consistent);
// Ids must differ: DynamoDB refuses repeated keys.
std::string batch_get_item_request(const TableLayout& layout, std::span<const std::string_view> ids,
                                   bool consistent);

// --- Reading. Rows layout: a page, from its start or from where the last page ended (the text of
// its LastEvaluatedKey).
std::string query_request(const TableLayout& layout, std::string_view id, bool consistent,
                          std::string_view start_key_json);
// Of the rows' positions only, consistently: what a write has to replace.
std::string positions_request(const TableLayout& layout, std::string_view id,
                              std::string_view start_key_json);

// --- Writing.
std::string put_item_request(const TableLayout& layout, std::string_view id,
                             std::span<const Reference> references);
std::string delete_item_request(const TableLayout& layout, std::string_view id);

// One write of a batch, as it stands in RequestItems.
std::string put_row_json(const TableLayout& layout, std::string_view id,
                         std::span<const Reference> references);  // list layout
std::string put_row_json(const TableLayout& layout, std::string_view id, std::uint64_t position,
                         const Reference& reference);                         // rows layout
std::string delete_row_json(const TableLayout& layout, std::string_view id);  // list layout
std::string delete_row_json(
    const TableLayout& layout, std::string_view id,
    std::string_view position);  // rows layout; position as DynamoDB told it
std::string batch_write_item_request(const TableLayout& layout,
                                     std::span<const std::string> writes);

// Is the table there, and are these its keys?
std::string describe_table_request(const TableLayout& layout);

}  // namespace aside::origin
