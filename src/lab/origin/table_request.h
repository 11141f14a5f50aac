// What DynamoDB is asked: the ids in a GetItem or a BatchGetItem (API version 2012-08-10,
// JSON 1.0).
//
// Projections and consistency are passed over: whole rows are answered, and each read is
// consistent. Thread rule: a pure function.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace aside::lab {

struct TableRequest {
    bool batch = false;
    std::vector<std::string> ids;  // of a batch all different
};

// As AWS tells it; both are literals.
struct TableRefusal {
    std::string_view type, message;
};

inline constexpr std::size_t kMostBatchKeys = 100;

// `operation`: the field X-Amz-Target. `table`: the only one there is.
std::expected<TableRequest, TableRefusal> read_table_request(std::string_view operation,
                                                             std::string_view table,
                                                             std::string_view body);

}  // namespace aside::lab
