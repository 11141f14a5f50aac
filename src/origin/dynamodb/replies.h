// What DynamoDB answered, understood.
//
// Strict where the table contradicts its layout (an attribute of another type: corrupt, and the
// text names attribute and type), lenient where the API may grow: members that are not known are
// passed over. Thread rule: pure functions. Errors: corrupt (a row that is not as the layout says),
// protocol (not DynamoDB's JSON at all), too_large (over max_references).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/ports/origin.h"
#include "origin/dynamodb/table_layout.h"

namespace aside::origin {

using References = std::vector<Reference>;

// Nothing: there is no such row.
Result<std::optional<References>> read_get_item(const TableLayout& layout, std::string_view json,
                                                std::size_t max_references);

struct BatchAnswer {
    struct Row {
        std::string id;
        Result<References> references;  // one bad row says nothing of the others
    };
    bool of_table = false;  // rows of this table were told; else nothing is known to be absent
    std::vector<Row> rows;  // in any order; what is absent has none
    std::vector<std::string> unprocessed;  // ids to ask for again
};
Result<BatchAnswer> read_batch_get_item(const TableLayout& layout, std::string_view json,
                                        std::size_t max_references);

struct QueryPage {
    References references;
    std::vector<std::string> positions;  // of the rows, as numbers are written
    std::string next_page;               // the text of LastEvaluatedKey; empty: this was the last
};
Result<QueryPage> read_query(const TableLayout& layout, std::string_view json,
                             std::size_t max_references);

// Where a partition has rows, whatever else is in them.
struct PositionsPage {
    std::vector<std::string> positions;  // as QueryPage's
    std::string next_page;
};
Result<PositionsPage> read_positions(const TableLayout& layout, std::string_view json);

// The writes that were not made, as they were sent.
Result<std::vector<std::string>> read_batch_write_item(const TableLayout& layout,
                                                       std::string_view json);

// What DescribeTable says of the keys; an error of AWS's is not read here.
struct TableKeys {
    std::string partition, partition_type;  // "S", "N" or "B"
    std::string sort, sort_type;            // empty: none
};
Result<TableKeys> read_describe_table(std::string_view json);

}  // namespace aside::origin
