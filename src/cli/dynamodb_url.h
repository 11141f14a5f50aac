// The parts of an index's URL:
//
//   dynamodb://table[?region=…][&endpoint=http://host:port][&consistent=true|false][&key=id]
//
// An item is one row, and its references are a list in it:
//   refs=refs           the list's attribute
// or an item is a partition, and each of its rows names an object (origin/dynamodb/table_layout.h):
//   position=position   the sort key, a number: with it the second layout is chosen
// and, in the list's maps or in the rows:
//   object_key=key, object_version=version
//
// What is left out is as shown; region and endpoint are decided when it is opened
// (aws_session.h). consistent=true makes each read consistent, not only the first one after an
// invalidation. Thread rule: pure. Errors: bad_input, without saying whose URL it is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::cli {

struct DynamodbUrl {
    origin::TableLayout layout;
    std::string region, endpoint;
    bool consistent = false;
};

// `rest`: what follows "dynamodb://".
Result<DynamodbUrl> parse_dynamodb_url(std::string_view rest);

}  // namespace aside::cli
