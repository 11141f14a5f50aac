// Writes of rows, whatever they are: sent in order, as many at a time as a batch holds, until all
// of them are made or time is up.
//
// What DynamoDB leaves unprocessed, or refuses for want of capacity, is sent again with backoff,
// before what follows. Thread rule: on the worker given. Ownership: what it borrows outlives it.
// Errors: those of TableClient::ask; throttled (left unprocessed to the last); cancelled (closed).
// After an error some of them may have been made.
#pragma once

#include <string>
#include <vector>

#include "engine/ports/origin.h"
#include "origin/dynamodb/backoff.h"
#include "origin/dynamodb/table_client.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

struct WriteContext {
    runtime::Worker& worker;
    TableClient& client;
    const TableLayout& layout;
    Naps& naps;
    SteadyTime deadline;
};

// One operation, again while there is no capacity for it.
runtime::Task<Result<std::string>> ask_patiently(WriteContext context, std::string_view name,
                                                 std::string body);

// `writes` as requests.h makes them.
runtime::Task<Result<void>> write_rows(WriteContext context, std::vector<std::string> writes);

// Rows layout: the partition has these rows and no others. The new ones are written from the first
// to the last, over the old ones of the same positions; then those that are left over are deleted.
// All of it is one request where it is at most kBatchWriteMost rows. A reader that comes between
// sees new rows followed by old ones, never a hole, and never fewer rows than the shorter of both.
runtime::Task<Result<void>> replace_rows(WriteContext context, std::string id,
                                         std::vector<Reference> references);

}  // namespace aside::origin
