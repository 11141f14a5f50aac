#include "config/toml_tables.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "config/toml_library.h"

namespace aside::config {

namespace {

std::unexpected<Error> wrong(const std::string& where, std::string_view what) {
    return fail(Errc::bad_input, where + ": " + std::string(what));
}

// Nothing for what is neither text, number nor date.
std::optional<std::variant<std::string, double>> plain_value(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    // Nothing, too, for an integer that no double is.
    if (node.is_number()) {
        const auto number = node.value<double>();
        if (!number) return std::nullopt;
        return *number;
    }
    if (const auto date = node.value_exact<toml::date>()) {
        std::ostringstream text;
        text << *date;
        return text.str();
    }
    return std::nullopt;
}

Result<void> take(TomlTable& table, const FileText& file, const toml::key& key,
                  const toml::node& node) {
    auto value = plain_value(node);
    if (!value)
        return wrong(place_of(file.path, key.source()),
                     std::string(key.str()) + " is no text, number or date");
    table.values.insert_or_assign(std::string(key.str()), std::move(*value));
    return {};
}

Result<void> take_list(std::vector<TomlTable>& tables, const FileText& file, const toml::key& key,
                       const toml::array& list) {
    for (const toml::node& element : list) {
        const toml::table* inner = element.as_table();
        if (!inner)
            return wrong(place_of(file.path, key.source()),
                         "expected tables: [[" + std::string(key.str()) + "]]");
        TomlTable table{.kind = std::string(key.str()),
                        .where = place_of(file.path, inner->source()),
                        .values = {}};
        for (const auto& [name, node] : *inner) {
            if (auto taken = take(table, file, name, node); !taken) return taken;
        }
        tables.push_back(std::move(table));
    }
    return {};
}

}  // namespace

Result<std::string> TomlTable::text(std::string_view name) const {
    const auto at = values.find(name);
    if (at == values.end()) return wrong(where, std::string(name) + " is missing");
    if (const auto* text = std::get_if<std::string>(&at->second)) return *text;
    return wrong(where, std::string(name) + " must be text, in quotes");
}

Result<double> TomlTable::number(std::string_view name) const {
    const auto at = values.find(name);
    if (at == values.end()) return wrong(where, std::string(name) + " is missing");
    if (const auto* number = std::get_if<double>(&at->second)) return *number;
    return wrong(where, std::string(name) + " must be a number, without quotes");
}

Result<void> TomlTable::only(std::initializer_list<std::string_view> names) const {
    for (const auto& [name, value] : values) {
        if (std::ranges::find(names, name) == names.end())
            return wrong(where, "'" + name + "' is not known here");
    }
    return {};
}

Result<std::vector<TomlTable>> read_toml_tables(const FileText& file) {
    if (file.text.size() > kMaxFileBytes) return wrong(file.path, "is larger than 1 MiB");
    const toml::parse_result parsed =
        toml::parse(std::string_view(file.text), std::string_view(file.path));
    if (!parsed)
        return wrong(place_of(file.path, parsed.error().source()), parsed.error().description());
    std::vector<TomlTable> tables(1);
    tables.front().where = file.path;
    for (const auto& [key, node] : parsed.table()) {
        auto taken = node.is_array() ? take_list(tables, file, key, *node.as_array())
                                     : take(tables.front(), file, key, node);
        if (!taken) return fail(std::move(taken.error()));
    }
    return tables;
}

}  // namespace aside::config
