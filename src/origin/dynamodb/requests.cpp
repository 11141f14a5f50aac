#include "origin/dynamodb/requests.h"

#include <initializer_list>
#include <utility>

#include "wire/json_text.h"

namespace aside::origin {
namespace {

using wire::append_json_string;

// Writes an object member by member; what is appended to `text` between is the value.
class Body {
  public:
    explicit Body(std::string& text) : text_(text) { text_ += '{'; }
    std::string& member(std::string_view name) {
        if (std::exchange(more_, true)) text_ += ',';
        append_json_string(text_, name);
        text_ += ':';
        return text_;
    }
    void text(std::string_view name, std::string_view value) {
        append_json_string(member(name), value);
    }
    void end() { text_ += '}'; }

  private:
    std::string& text_;
    bool more_ = false;
};

// {"S":"gb"}, {"N":"7"}
void append_value(std::string& into, std::string_view type, std::string_view value) {
    Body typed(into);
    typed.text(type, value);
    typed.end();
}

void append_key(std::string& into, const TableLayout& layout, std::string_view id) {
    Body key(into);
    append_value(key.member(layout.id), "S", id);
    key.end();
}

void append_named_object(Body& of, const TableLayout& layout, const Reference& reference) {
    append_value(of.member(layout.key), "S", reference.key);
    if (!reference.version.empty()) append_value(of.member(layout.version), "S", reference.version);
}

void append_row(std::string& into, const TableLayout& layout, std::string_view id,
                std::span<const Reference> references) {
    Body row(into);
    append_value(row.member(layout.id), "S", id);
    Body list(row.member(layout.references));
    std::string& items = list.member("L");
    items += '[';
    for (const Reference& reference : references) {
        if (&reference != references.data()) items += ',';
        Body element(items);
        Body map(element.member("M"));
        append_named_object(map, layout, reference);
        map.end();
        element.end();
    }
    items += ']';
    list.end();
    row.end();
}

// Attributes under placeholders: #0, #1… The first `named_only` are not asked for.
void append_projection(Body& of, std::initializer_list<std::string_view> attributes,
                       std::size_t named_only = 0) {
    std::string projection;
    Body names(of.member("ExpressionAttributeNames"));
    std::size_t number = 0;
    for (const std::string_view attribute : attributes) {
        const std::string placeholder = "#" + std::to_string(number);
        names.text(placeholder, attribute);
        if (number++ < named_only) continue;
        if (!projection.empty()) projection += ',';
        projection += placeholder;
    }
    names.end();
    of.text("ProjectionExpression", projection);
}

void append_reading(Body& of, const TableLayout& layout, bool consistent) {
    append_projection(of, {layout.id, layout.references});
    of.member("ConsistentRead") += consistent ? "true" : "false";
}

// `attributes`: the partition key, which every row would repeat, then what is wanted.
std::string query(const TableLayout& layout, std::initializer_list<std::string_view> attributes,
                  std::string_view id, bool consistent, std::string_view start_key_json) {
    std::string text;
    Body body(text);
    body.text("TableName", layout.table);
    body.text("KeyConditionExpression", "#0 = :id");
    append_projection(body, attributes, 1);
    Body values(body.member("ExpressionAttributeValues"));
    append_value(values.member(":id"), "S", id);
    values.end();
    if (!start_key_json.empty()) body.member("ExclusiveStartKey") += start_key_json;
    body.member("ConsistentRead") += consistent ? "true" : "false";
    body.end();
    return text;
}

std::string put_json(const std::string& row) {
    return R"({"PutRequest":{"Item":)" + row + "}}";
}

}  // namespace

std::string get_item_request(const TableLayout& layout, std::string_view id, bool consistent) {
    std::string text;
    Body body(text);
    body.text("TableName", layout.table);
    append_key(body.member("Key"), layout, id);
    append_reading(body, layout, consistent);
    body.end();
    return text;
}

std::string batch_get_item_request(const TableLayout& layout, std::span<const std::string_view> ids,
                                   bool consistent) {
    std::string text;
    Body body(text);
    Body tables(body.member("RequestItems"));
    Body table(tables.member(layout.table));
    std::string& keys = table.member("Keys");
    keys += '[';
    for (const std::string_view& id : ids) {
        if (&id != ids.data()) keys += ',';
        append_key(keys, layout, id);
    }
    keys += ']';
    append_reading(table, layout, consistent);
    table.end();
    tables.end();
    body.end();
    return text;
}

std::string query_request(const TableLayout& layout, std::string_view id, bool consistent,
                          std::string_view start_key_json) {
    return query(layout, {layout.id, layout.position, layout.key, layout.version}, id, consistent,
                 start_key_json);
}

std::string positions_request(const TableLayout& layout, std::string_view id,
                              std::string_view start_key_json) {
    return query(layout, {layout.id, layout.position}, id, true, start_key_json);
}

std::string put_item_request(const TableLayout& layout, std::string_view id,
                             std::span<const Reference> references) {
    std::string text;
    Body body(text);
    body.text("TableName", layout.table);
    append_row(body.member("Item"), layout, id, references);
    body.end();
    return text;
}

std::string delete_item_request(const TableLayout& layout, std::string_view id) {
    std::string text;
    Body body(text);
    body.text("TableName", layout.table);
    append_key(body.member("Key"), layout, id);
    body.end();
    return text;
}

std::string put_row_json(const TableLayout& layout, std::string_view id,
                         std::span<const Reference> references) {
    std::string row;
    append_row(row, layout, id, references);
    return put_json(row);
}

std::string put_row_json(const TableLayout& layout, std::string_view id, std::uint64_t position,
                         const Reference& reference) {
    std::string text;
    Body row(text);
    append_value(row.member(layout.id), "S", id);
    append_value(row.member(layout.position), "N", std::to_string(position));
    append_named_object(row, layout, reference);
    row.end();
    return put_json(text);
}

std::string delete_row_json(const TableLayout& layout, std::string_view id) {
    std::string text = R"({"DeleteRequest":{"Key":)";
    append_key(text, layout, id);
    text += "}}";
    return text;
}

std::string delete_row_json(const TableLayout& layout, std::string_view id,
                            std::string_view position) {
    std::string text = R"({"DeleteRequest":{"Key":)";
    Body key(text);
    append_value(key.member(layout.id), "S", id);
    append_value(key.member(layout.position), "N", position);
    key.end();
    text += "}}";
    return text;
}

std::string batch_write_item_request(const TableLayout& layout,
                                     std::span<const std::string> writes) {
    std::string text;
    Body body(text);
    Body tables(body.member("RequestItems"));
    std::string& list = tables.member(layout.table);
    list += '[';
    for (const std::string& write : writes) {
        if (&write != writes.data()) list += ',';
        list += write;
    }
    list += ']';
    tables.end();
    body.end();
    return text;
}

std::string describe_table_request(const TableLayout& layout) {
    std::string text;
    Body body(text);
    body.text("TableName", layout.table);
    body.end();
    return text;
}

}  // namespace aside::origin
