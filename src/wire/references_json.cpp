#include "wire/references_json.h"

#include <optional>

#include "wire/json_members.h"
#include "wire/json_parser.h"

namespace aside::wire {
namespace {

Result<std::vector<ReferenceText>> read_document(simdjson::dom::element document,
                                                 std::size_t max_references) {
    std::optional<std::vector<ReferenceText>> references;
    Result<void> read = each_member(
        document, [&](std::string_view name, simdjson::dom::element element) -> Result<void> {
            if (name != "refs") return unknown_member(name);
            auto list = read_references(element, max_references);
            if (!list) return std::unexpected(std::move(list.error()));
            references = std::move(*list);
            return {};
        });
    if (!read) return std::unexpected(std::move(read.error()));
    if (!references) return fail(Errc::bad_input, "no refs");
    return std::move(*references);
}

}  // namespace

Result<std::vector<ReferenceText>> decode_references(std::string_view json,
                                                     std::size_t max_references) {
    return with_json(json,
                     [&](simdjson::simdjson_result<simdjson::dom::element> document)
                         -> Result<std::vector<ReferenceText>> {
                         simdjson::dom::element root;
                         if (document.get(root)) return fail(Errc::bad_input, "not JSON");
                         return read_document(root, max_references);
                     });
}

}  // namespace aside::wire
