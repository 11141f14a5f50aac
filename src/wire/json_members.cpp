#include "wire/json_members.h"

namespace aside::wire {

Result<std::string> read_name(simdjson::dom::element from, std::string_view what) {
    const auto bad = [&](std::string_view why) {
        return fail(Errc::bad_input, std::string(what) + std::string(why));
    };
    std::string_view text;
    if (from.get(text)) return bad(" is not a string");
    if (text.empty()) return bad(" is empty");
    if (text.size() > kMaxKeyBytes) return bad(" is longer than 8192 bytes");
    if (text.find('\0') != std::string_view::npos) return bad(" holds a NUL");
    return std::string(text);
}

Result<ReferenceText> read_reference(simdjson::dom::element from) {
    ReferenceText reference;
    Result<void> read = each_member(
        from, [&](std::string_view name, simdjson::dom::element element) -> Result<void> {
            if (name != "key" && name != "version") return unknown_member(name);
            if (name == "version" && element.is_null()) return {};
            auto text = read_name(element, name);
            if (!text) return std::unexpected(std::move(text.error()));
            (name == "key" ? reference.key : reference.version) = std::move(*text);
            return {};
        });
    if (!read) return std::unexpected(std::move(read.error()));
    if (reference.key.empty()) return fail(Errc::bad_input, "a reference without key");
    return reference;
}

Result<std::vector<ReferenceText>> read_references(simdjson::dom::element from,
                                                   std::size_t max_references) {
    simdjson::dom::array array;
    if (from.get(array)) return fail(Errc::bad_input, "refs is not an array");
    std::vector<ReferenceText> references;
    for (const simdjson::dom::element element : array) {
        if (references.size() == max_references) {
            return fail(Errc::too_large,
                        "more than " + std::to_string(max_references) + " references");
        }
        auto reference = read_reference(element);
        if (!reference) {
            return fail(reference.error().code, "reference " +
                                                    std::to_string(references.size() + 1) + ": " +
                                                    reference.error().detail);
        }
        references.push_back(std::move(*reference));
    }
    return references;
}

}  // namespace aside::wire
