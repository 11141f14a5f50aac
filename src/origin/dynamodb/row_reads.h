// A load in the rows layout: the partition, page by page.
//
// A partition that has no rows does not exist: an item without references cannot be told from none.
// A write between two pages is seen in part; the invalidation that follows each write of ours makes
// the next load read all of it. Thread rule: on the worker given. Ownership: what it borrows
// outlives it. Errors: those of TableClient::ask, corrupt, too_large.
#pragma once

#include "engine/ports/origin.h"
#include "origin/dynamodb/table_client.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

runtime::Task<Result<LoadedIndex>> load_rows(runtime::Worker& worker, TableClient& client,
                                             const TableLayout& layout, std::string id,
                                             LoadRequest request, std::size_t max_references);

}  // namespace aside::origin
