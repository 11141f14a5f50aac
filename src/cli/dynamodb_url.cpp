#include "cli/dynamodb_url.h"

#include <algorithm>
#include <array>
#include <set>

#include "cli/url_parameters.h"

namespace aside::cli {
namespace {

constexpr std::size_t kShortestTable = 3;
constexpr std::size_t kLongestTable = 255;
constexpr std::size_t kLongestAttribute = 255;

Result<void> check_table(std::string_view table) {
    const bool plain = std::ranges::all_of(table, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
    if (plain && table.size() >= kShortestTable && table.size() <= kLongestTable) return {};
    return fail(Errc::bad_input,
                "\"" + std::string(table) +
                    "\" is no table's name: it has 3 to 255 letters, digits, '_', '-' and '.' "
                    "(dynamodb://TABLE)");
}

// Attributes of one row or map must differ.
Result<void> check_layout(const origin::TableLayout& layout, bool references_given) {
    if (layout.rows() && references_given) {
        return fail(Errc::bad_input,
                    "refs= names a list, position= a row for each reference: give one of them");
    }
    const auto differ = [](std::initializer_list<std::string_view> names) {
        return std::set<std::string_view>(names).size() == names.size();
    };
    const bool well =
        layout.rows()
            ? differ({layout.id, layout.position, layout.key, layout.version})
            : differ({layout.id, layout.references}) && differ({layout.key, layout.version});
    if (!well) return fail(Errc::bad_input, "two parameters name the same attribute");
    for (const std::string* const name :
         {&layout.id, &layout.references, &layout.position, &layout.key, &layout.version}) {
        if (name->size() > kLongestAttribute) {
            return fail(Errc::bad_input, "an attribute's name has at most 255 bytes");
        }
    }
    return {};
}

}  // namespace

Result<DynamodbUrl> parse_dynamodb_url(std::string_view rest) {
    DynamodbUrl url;
    const std::size_t question = std::min(rest.find('?'), rest.size());
    std::string_view table = rest.substr(0, question);
    if (table.ends_with('/')) table.remove_suffix(1);
    if (const auto checked = check_no_credentials(table); !checked) return fail(checked.error());
    url.layout.table = table;
    if (const auto checked = check_table(table); !checked) return fail(checked.error());

    std::string consistent;
    std::string references;
    const std::array<UrlParameter, 8> known = {{{"region", &url.region},
                                                {"endpoint", &url.endpoint},
                                                {"key", &url.layout.id},
                                                {"refs", &references},
                                                {"consistent", &consistent},
                                                {"position", &url.layout.position},
                                                {"object_key", &url.layout.key},
                                                {"object_version", &url.layout.version}}};
    const auto read = read_url_parameters(rest.substr(std::min(question + 1, rest.size())), known);
    if (!read) return fail(read.error());
    if (!references.empty()) url.layout.references = references;
    if (const auto checked = check_region_text(url.region); !checked) return fail(checked.error());
    if (const auto checked = check_layout(url.layout, !references.empty()); !checked) {
        return fail(checked.error());
    }
    if (!consistent.empty() && consistent != "true" && consistent != "false") {
        return fail(Errc::bad_input, "consistent=" + consistent + ": it may be true or false");
    }
    url.consistent = consistent == "true";
    return url;
}

}  // namespace aside::cli
