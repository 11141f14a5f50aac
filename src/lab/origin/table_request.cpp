#include "lab/origin/table_request.h"

#include <algorithm>

#include "wire/json_parser.h"

namespace aside::lab {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;
using Refused = std::unexpected<TableRefusal>;

constexpr std::string_view kService = "DynamoDB_20120810.";

Refused not_serialized() {
    return Refused({"com.amazon.coral.service#SerializationException",
                    "the body is not the JSON of this operation"});
}

Refused not_valid(std::string_view message) {
    return Refused({"com.amazon.coral.validate#ValidationException", message});
}

Refused no_such_table() {
    return Refused({"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
                    "Requested resource not found"});
}

// {"id":{"S":"item-7"}}
std::expected<std::string, TableRefusal> id_of(element key) {
    object members, value;
    if (key.get(members)) return not_serialized();
    element id;
    std::string_view text;
    if (members.size() != 1 || members.at_key("id").get(id) || id.get(value) || value.size() != 1 ||
        value.at_key("S").get(text)) {
        return not_valid("The provided key element does not match the schema");
    }
    return std::string(text);
}

std::expected<TableRequest, TableRefusal> read_single(object body, std::string_view table) {
    std::string_view named;
    element key;
    if (body.at_key("TableName").get(named) || body.at_key("Key").get(key)) {
        return not_serialized();
    }
    if (named != table) return no_such_table();
    auto id = id_of(key);
    if (!id) return Refused(id.error());
    return TableRequest{.batch = false, .ids = {std::move(*id)}};
}

std::expected<TableRequest, TableRefusal> read_batch(object body, std::string_view table) {
    object tables;
    array keys;
    if (body.at_key("RequestItems").get(tables)) return not_serialized();
    if (tables.size() != 1 || (*tables.begin()).key != table) return no_such_table();
    if (tables.at_key(table).at_key("Keys").get(keys)) return not_serialized();
    if (keys.size() == 0 || keys.size() > kMostBatchKeys) {
        return not_valid("a batch has 1 to 100 keys");
    }
    TableRequest request{.batch = true, .ids = {}};
    for (const element key : keys) {
        auto id = id_of(key);
        if (!id) return Refused(id.error());
        request.ids.push_back(std::move(*id));
    }
    std::vector<std::string_view> sorted(request.ids.begin(), request.ids.end());
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
        return not_valid("Provided list of item keys contains duplicates");
    }
    return request;
}

}  // namespace

std::expected<TableRequest, TableRefusal> read_table_request(std::string_view operation,
                                                             std::string_view table,
                                                             std::string_view body) {
    const bool of_service = operation.starts_with(kService);
    const std::string_view name = of_service ? operation.substr(kService.size()) : "";
    const bool batch = name == "BatchGetItem";
    if (!batch && name != "GetItem") {
        return Refused({"com.amazon.coral.service#UnknownOperationException",
                        "only GetItem and BatchGetItem are known here"});
    }
    return wire::with_json(body,
                           [&](const simdjson::simdjson_result<element>& parsed)
                               -> std::expected<TableRequest, TableRefusal> {
                               object members;
                               if (parsed.get(members)) return not_serialized();
                               return batch ? read_batch(members, table)
                                            : read_single(members, table);
                           });
}

}  // namespace aside::lab
