#include "origin/dynamodb/item_limits.h"

#include <algorithm>
#include <string>

#include "wire/utf8.h"

namespace aside::origin {
namespace {

constexpr std::uint64_t kOfCollection = 3;  // beside a list's or map's elements
constexpr std::uint64_t kOfElement = 1;

std::uint64_t bytes_of(const TableLayout& layout, const Reference& reference) {
    std::uint64_t bytes = kOfElement + kOfCollection;
    bytes += layout.key.size() + reference.key.size() + kOfElement;
    if (reference.version.empty()) return bytes;
    return bytes + layout.version.size() + reference.version.size() + kOfElement;
}

}  // namespace

Result<void> check_id(std::string_view id) {
    if (id.empty()) return fail(Errc::bad_input, "the item's id is empty");
    if (id.size() > kMostIdBytes) {
        return fail(Errc::bad_input,
                    "the item's id is longer than " + std::to_string(kMostIdBytes) + " bytes");
    }
    if (!wire::is_utf8(id)) return fail(Errc::bad_input, "the item's id is not UTF-8");
    return {};
}

Result<void> check_references(const TableLayout& layout, std::string_view id,
                              std::span<const Reference> references) {
    std::uint64_t bytes = layout.id.size() + id.size() + layout.references.size() + kOfCollection;
    for (const Reference& reference : references) {
        if (!wire::is_utf8(reference.key) || !wire::is_utf8(reference.version)) {
            return fail(Errc::bad_input, "a reference is not UTF-8");
        }
        const std::uint64_t size = bytes_of(layout, reference);
        bytes = layout.rows() ? std::max(bytes, size + id.size()) : bytes + size;
    }
    if (bytes <= kMostItemBytes) return {};
    return fail(Error{Errc::too_large, "an item of DynamoDB has at most 400 KB", bytes});
}

}  // namespace aside::origin
