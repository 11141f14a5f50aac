#include "origin/dynamodb/replies.h"

#include <utility>

#include "wire/json_parser.h"

namespace aside::origin {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::unexpected<Error> no_dynamodb(const std::string& what) {
    return fail(Errc::protocol, "DynamoDB's answer: " + what);
}

// {"S":"gb"}: an attribute value has one member, named by its type.
struct Typed {
    std::string_view type;
    element value;
};
std::optional<Typed> typed(element from) {
    object members;
    if (from.get(members) || members.size() != 1) return std::nullopt;
    const auto first = *members.begin();
    return Typed{first.key, first.value};
}

std::unexpected<Error> wrong_type(std::string_view attribute, std::string_view type,
                                  std::string_view wanted) {
    return fail(Errc::corrupt, "attribute \"" + std::string(attribute) + "\" is of type " +
                                   std::string(type) + "; " + std::string(wanted));
}

// A string or, where numbers are as good, a number's text.
Result<std::string> text_of(element from, std::string_view attribute, bool or_number) {
    const auto value = typed(from);
    std::string_view text;
    if (!value) return no_dynamodb("an attribute value without its type");
    const bool usable = value->type == "S" || (or_number && value->type == "N");
    if (!usable) {
        return wrong_type(attribute, value->type, or_number ? "it must be S or N" : "it must be S");
    }
    if (value->value.get(text)) return no_dynamodb("an attribute value that is no string");
    return std::string(text);
}

// The members key and version of a map or a row.
Result<Reference> reference_of(object members, const TableLayout& layout) {
    element found;
    if (members.at_key(layout.key).get(found)) {
        return fail(Errc::corrupt, "a reference without attribute \"" + layout.key + "\"");
    }
    auto key = text_of(found, layout.key, false);
    if (!key) return fail(key.error());
    Reference reference{std::move(*key), {}};
    if (!members.at_key(layout.version).get(found)) {
        auto version = text_of(found, layout.version, true);
        if (!version) return fail(version.error());
        reference.version = std::move(*version);
    }
    return reference;
}

Result<Reference> list_element(element from, const TableLayout& layout) {
    const auto value = typed(from);
    if (!value) return no_dynamodb("a list element without its type");
    object map;
    if (value->type == "M" && !value->value.get(map)) return reference_of(map, layout);
    if (value->type != "S") {
        return wrong_type(layout.references, "L of " + std::string(value->type),
                          "its elements must be S, or M with the key");
    }
    auto key = text_of(from, layout.references, false);
    if (!key) return fail(key.error());
    return Reference{std::move(*key), {}};
}

std::unexpected<Error> too_many(std::size_t most) {
    return fail(Errc::too_large, "more than " + std::to_string(most) + " references");
}

// A row of the list layout. One without the attribute is no item of no references: it was written
// by somebody who means something else.
Result<References> references_of(object row, const TableLayout& layout, std::size_t most) {
    References references;
    element found;
    if (row.at_key(layout.references).get(found)) {
        return fail(Errc::corrupt, "the item has no attribute \"" + layout.references + "\"");
    }
    const auto value = typed(found);
    if (!value) return no_dynamodb("an attribute value without its type");
    array list;
    if (value->type == "SS") {
        return wrong_type(layout.references, "SS",
                          "a set has no order, and references need one: it must be a list (L)");
    }
    if (value->type != "L" || value->value.get(list)) {
        return wrong_type(layout.references, value->type, "it must be a list (L)");
    }
    for (const element from : list) {
        if (references.size() == most) return too_many(most);
        auto reference = list_element(from, layout);
        if (!reference) return fail(reference.error());
        references.push_back(std::move(*reference));
    }
    return references;
}

// The ids in {"table":{"Keys":[{"id":{"S":"gb"}},…]}}.
Result<std::vector<std::string>> unprocessed_ids(element from, const TableLayout& layout) {
    std::vector<std::string> ids;
    array keys;
    if (from[layout.table]["Keys"].get(keys)) return ids;
    for (const element key : keys) {
        element found;
        if (key[layout.id].get(found)) return no_dynamodb("an unprocessed key without its id");
        auto id = text_of(found, layout.id, false);
        if (!id) return fail(id.error());
        ids.push_back(std::move(*id));
    }
    return ids;
}

// Calls `read(object) -> Result<T>` with the document, which must be an object.
template <class T, class Read>
Result<T> with_object(std::string_view json, Read read) {
    return wire::with_json(json, [&](simdjson::simdjson_result<element> document) -> Result<T> {
        object root;
        if (document.get(root)) return no_dynamodb("not a JSON object");
        return read(root);
    });
}

Result<void> add_row(BatchAnswer& answer, element from, const TableLayout& layout,
                     std::size_t most) {
    object row;
    element id;
    if (from.get(row) || row.at_key(layout.id).get(id)) {
        return no_dynamodb("a row without its id");
    }
    auto name = text_of(id, layout.id, false);
    if (!name) return fail(name.error());
    answer.rows.push_back({std::move(*name), references_of(row, layout, most)});
    return {};
}

Result<std::string> position_of(object row, const TableLayout& layout) {
    element position;
    if (row.at_key(layout.position).get(position)) return no_dynamodb("a row without its sort key");
    return text_of(position, layout.position, true);
}

// Empty: there is no page after this one.
std::string next_page_of(object root) {
    object next;
    if (root.at_key("LastEvaluatedKey").get(next)) return {};
    return simdjson::minify(next);
}

Result<void> add_row(QueryPage& page, element from, const TableLayout& layout, std::size_t most) {
    object row;
    if (from.get(row)) return no_dynamodb("a row that is no object");
    if (page.references.size() == most) return too_many(most);
    auto reference = reference_of(row, layout);
    if (!reference) return fail(reference.error());
    page.references.push_back(std::move(*reference));
    auto position = position_of(row, layout);
    if (!position) return fail(position.error());
    page.positions.push_back(std::move(*position));
    return {};
}

}  // namespace

Result<std::optional<References>> read_get_item(const TableLayout& layout, std::string_view json,
                                                std::size_t max_references) {
    using Answer = std::optional<References>;
    return with_object<Answer>(json, [&](object root) -> Result<Answer> {
        object row;
        element item;
        if (root.at_key("Item").get(item)) return Answer{};
        if (item.get(row)) return no_dynamodb("an Item that is no object");
        auto references = references_of(row, layout, max_references);
        if (!references) return fail(references.error());
        return Answer(std::move(*references));
    });
}

Result<BatchAnswer> read_batch_get_item(const TableLayout& layout, std::string_view json,
                                        std::size_t max_references) {
    return with_object<BatchAnswer>(json, [&](object root) -> Result<BatchAnswer> {
        BatchAnswer answer;
        array rows;
        element responses;
        if (root.at_key("Responses").get(responses)) return no_dynamodb("no Responses");
        if (!responses[layout.table].get(rows)) {
            answer.of_table = true;
            for (const element row : rows) {
                const auto added = add_row(answer, row, layout, max_references);
                if (!added) return fail(added.error());
            }
        }
        element left;
        if (root.at_key("UnprocessedKeys").get(left)) return answer;
        auto ids = unprocessed_ids(left, layout);
        if (!ids) return fail(ids.error());
        answer.unprocessed = std::move(*ids);
        return answer;
    });
}

Result<QueryPage> read_query(const TableLayout& layout, std::string_view json,
                             std::size_t max_references) {
    return with_object<QueryPage>(json, [&](object root) -> Result<QueryPage> {
        QueryPage page;
        array rows;
        if (root.at_key("Items").get(rows)) return no_dynamodb("no Items");
        for (const element row : rows) {
            const auto added = add_row(page, row, layout, max_references);
            if (!added) return fail(added.error());
        }
        page.next_page = next_page_of(root);
        return page;
    });
}

Result<PositionsPage> read_positions(const TableLayout& layout, std::string_view json) {
    return with_object<PositionsPage>(json, [&](object root) -> Result<PositionsPage> {
        PositionsPage page;
        array rows;
        if (root.at_key("Items").get(rows)) return no_dynamodb("no Items");
        for (const element from : rows) {
            object row;
            if (from.get(row)) return no_dynamodb("a row that is no object");
            auto position = position_of(row, layout);
            if (!position) return fail(position.error());
            page.positions.push_back(std::move(*position));
        }
        page.next_page = next_page_of(root);
        return page;
    });
}

Result<std::vector<std::string>> read_batch_write_item(const TableLayout& layout,
                                                       std::string_view json) {
    using Writes = std::vector<std::string>;
    return with_object<Writes>(json, [&](object root) -> Result<Writes> {
        Writes writes;
        element left;
        array list;
        if (root.at_key("UnprocessedItems").get(left)) return writes;
        if (left[layout.table].get(list)) return writes;
        for (const element write : list) writes.emplace_back(simdjson::minify(write));
        return writes;
    });
}

Result<TableKeys> read_describe_table(std::string_view json) {
    return with_object<TableKeys>(json, [&](object root) -> Result<TableKeys> {
        TableKeys keys;
        array schema;
        array attributes;
        element table;
        if (root.at_key("Table").get(table) || table["KeySchema"].get(schema) ||
            table["AttributeDefinitions"].get(attributes)) {
            return no_dynamodb("no KeySchema");
        }
        for (const element part : schema) {
            std::string_view name;
            std::string_view role;
            if (part["AttributeName"].get(name) || part["KeyType"].get(role)) {
                return no_dynamodb("a key without name or role");
            }
            (role == "HASH" ? keys.partition : keys.sort) = name;
        }
        for (const element attribute : attributes) {
            std::string_view name;
            std::string_view type;
            if (attribute["AttributeName"].get(name) || attribute["AttributeType"].get(type)) {
                return no_dynamodb("an attribute without name or type");
            }
            if (name == keys.partition) keys.partition_type = type;
            if (name == keys.sort) keys.sort_type = type;
        }
        return keys;
    });
}

}  // namespace aside::origin
