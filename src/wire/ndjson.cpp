#include "wire/ndjson.h"

#include <optional>

#include "wire/json_check.h"
#include "wire/json_members.h"
#include "wire/json_parser.h"
#include "wire/member_scan.h"

namespace aside::wire {
namespace {

std::unexpected<Error> missing(std::string_view member) {
    return fail(Errc::bad_input, "\"" + std::string(member) + "\" is missing");
}

// Decodes a string that was cut out of a larger document.
Result<std::string> decode_name(std::string_view json, std::string_view what) {
    return with_json(
        json,
        [&](simdjson::simdjson_result<simdjson::dom::element> document) -> Result<std::string> {
            simdjson::dom::element root;
            if (document.get(root)) return fail(Errc::bad_input, "not JSON");
            return read_name(root, "\"" + std::string(what) + "\"");
        });
}

std::string why_not_json(std::string_view line) {
    const bool ends_open = !line.empty() && line.front() == '{' && line.back() != '}';
    return ends_open ? "not JSON: the line is cut off" : "not JSON";
}

Result<ItemRecord> read_item(simdjson::dom::element root, std::size_t max_references) {
    ItemRecord record;
    bool has_references = false;
    Result<void> read = each_member(
        root, [&](std::string_view name, simdjson::dom::element element) -> Result<void> {
            if (name == "id") {
                auto id = read_name(element, "\"id\"");
                if (!id) return std::unexpected(std::move(id.error()));
                record.id = std::move(*id);
                return {};
            }
            if (name != "refs") return unknown_member(name);
            auto references = read_references(element, max_references);
            if (!references) return std::unexpected(std::move(references.error()));
            record.references = std::move(*references);
            has_references = true;
            return {};
        });
    if (!read) return std::unexpected(std::move(read.error()));
    if (record.id.empty()) return missing("id");
    if (!has_references) return missing("refs");
    return record;
}

}  // namespace

Result<ItemRecord> decode_item_record(std::string_view line, std::size_t max_references) {
    return with_json(
        line,
        [&](simdjson::simdjson_result<simdjson::dom::element> document) -> Result<ItemRecord> {
            simdjson::dom::element root;
            if (document.get(root)) return fail(Errc::bad_input, why_not_json(line));
            return read_item(root, max_references);
        });
}

Result<ObjectRecord> decode_object_record(std::string_view line, std::size_t max_body_bytes) {
    if (!is_json(line)) return fail(Errc::bad_input, why_not_json(line));
    const auto members = scan_members(line);
    if (!members) return fail(members.error());
    ObjectRecord record;
    bool has_version = false;
    for (const auto& [name, value] : *members) {
        const bool is_key = name == "key";
        const bool is_version = name == "version";
        if (!is_key && !is_version && name != "body") return unknown_member(name);
        const bool twice = is_key       ? !record.name.key.empty()
                           : is_version ? has_version
                                        : record.body.data() != nullptr;
        if (twice) return fail(Errc::bad_input, "member given twice: " + std::string(name));
        if (!is_key && !is_version) {
            record.body = value;
            continue;
        }
        if (is_version) has_version = true;
        if (is_version && value == "null") continue;
        auto text = decode_name(value, name);
        if (!text) return std::unexpected(std::move(text.error()));
        (is_key ? record.name.key : record.name.version) = std::move(*text);
    }
    if (record.name.key.empty()) return missing("key");
    if (record.body.empty()) return missing("body");
    if (record.body.size() > max_body_bytes) {
        return fail(Errc::too_large, "\"body\" has " + std::to_string(record.body.size()) +
                                         " bytes, more than " + std::to_string(max_body_bytes));
    }
    return record;
}

}  // namespace aside::wire
