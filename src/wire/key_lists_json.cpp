#include "wire/key_lists_json.h"

#include <optional>

#include "wire/json_members.h"
#include "wire/json_parser.h"

namespace aside::wire {
namespace {

using simdjson::dom::element;

// Appends each element of an array, read by `read(element) -> Result<T>`.
template <class T, class Read>
Result<void> read_list(element from, std::string_view what, std::size_t most, std::vector<T>& into,
                       Read read) {
    simdjson::dom::array array;
    if (from.get(array)) return fail(Errc::bad_input, std::string(what) + " is not an array");
    for (const element one : array) {
        if (into.size() >= most) return fail(Errc::too_large, "too many " + std::string(what));
        auto value = read(one);
        if (!value) return std::unexpected(std::move(value.error()));
        into.push_back(std::move(*value));
    }
    return {};
}

Result<ReferenceText> read_key_or_reference(element from) {
    if (!from.is_string()) return read_reference(from);
    auto key = read_name(from, "key");
    if (!key) return std::unexpected(std::move(key.error()));
    return ReferenceText{std::move(*key), {}};
}

template <class T, class Read>
Result<T> decode(std::string_view json, Read read) {
    return with_json(json, [&](simdjson::simdjson_result<element> document) -> Result<T> {
        element root;
        if (document.get(root)) return fail(Errc::bad_input, "not JSON");
        T value;
        Result<void> done = each_member(
            root, [&](std::string_view name, element member) { return read(name, member, value); });
        if (!done) return std::unexpected(std::move(done.error()));
        return value;
    });
}

}  // namespace

Result<std::vector<std::string>> decode_ids(std::string_view json, std::size_t max_ids) {
    bool given = false;
    auto ids = decode<std::vector<std::string>>(
        json,
        [&](std::string_view name, element member, std::vector<std::string>& into) -> Result<void> {
            if (name != "ids") return unknown_member(name);
            given = true;
            return read_list(member, "ids", max_ids, into,
                             [](element one) { return read_name(one, "id"); });
        });
    if (ids && !given) return fail(Errc::bad_input, "no ids");
    return ids;
}

Result<KeyLists> decode_key_lists(std::string_view json, std::size_t max_keys) {
    return decode<KeyLists>(
        json, [&](std::string_view name, element member, KeyLists& into) -> Result<void> {
            if (name == "items") {
                return read_list(member, "items", max_keys - into.objects.size(), into.items,
                                 [](element one) { return read_name(one, "id"); });
            }
            if (name == "objects") {
                return read_list(member, "objects", max_keys - into.items.size(), into.objects,
                                 read_key_or_reference);
            }
            return unknown_member(name);
        });
}

}  // namespace aside::wire
