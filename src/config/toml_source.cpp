// The configuration file: TOML 1.0, one table a group.
#include <algorithm>
#include <climits>
#include <cstdint>

#include "config/problems.h"
#include "config/toml_library.h"
#include "config/value_text.h"

namespace aside::config {

namespace {

std::string place(const FileText& file, const toml::source_region& region) {
    return place_of(file.path, region);
}

std::string shown(std::string_view name) {
    constexpr std::size_t kLongestShown = 80;
    std::string text = "'";
    for (const char c : name.substr(0, kLongestShown)) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte < 0x20 || byte >= 0x7f ? '?' : c;
    }
    return text += name.size() > kLongestShown ? "...'" : "'";
}

Result<Value> list_value(const toml::node& node) {
    const toml::array* array = node.as_array();
    if (!array) return fail(Errc::bad_input, R"(expected an array of strings, such as ["a", "b"])");
    std::vector<std::string> items;
    for (const toml::node& element : *array) {
        const auto text = element.value_exact<std::string>();
        if (!text || text->empty())
            return fail(Errc::bad_input, "expected an array of strings, none of them empty");
        items.push_back(*text);
    }
    return Value(std::move(items));
}

std::string_view example(Kind kind) {
    switch (kind) {
        case Kind::duration:
            return R"("3s")";
        case Kind::bytes:
            return R"("512MiB")";
        case Kind::url:
            return R"("sqlite:aside.db")";
        case Kind::endpoint:
            return R"("127.0.0.1:8080")";
        default:
            return R"("word")";
    }
}

// TOML has types, and they are held to: "4" is no integer and 4 is no text.
Result<Value> node_value(const Parameter& parameter, const toml::node& node) {
    switch (parameter.kind) {
        case Kind::list:
            return list_value(node);
        case Kind::integer:
            if (const auto number = node.value_exact<std::int64_t>())
                return parse_value(parameter, std::to_string(*number));
            return fail(Errc::bad_input, "expected a whole number without quotes");
        case Kind::ratio:
            if (const auto number = node.value<double>(); number && node.is_number()) {
                return parse_value(parameter, format_value(parameter, Value(*number)));
            }
            return fail(Errc::bad_input, "expected a number such as 0.25, without quotes");
        case Kind::boolean:
            if (const auto yes = node.value_exact<bool>()) return Value(*yes);
            return fail(Errc::bad_input, "expected true or false, without quotes");
        default:
            if (const auto text = node.value_exact<std::string>())
                return parse_value(parameter, *text);
            return fail(Errc::bad_input, "expected a value in quotes, such as " +
                                             std::string(example(parameter.kind)));
    }
}

class Reader {
  public:
    Reader(const FileText& file, Problems& problems) : file_(file), problems_(problems) {
        for (const Parameter& parameter : parameters()) {
            names_.emplace_back(parameter.name);
            const std::string group(group_of(parameter.name));
            if (!group.empty() && std::ranges::find(groups_, group) == groups_.end())
                groups_.push_back(group);
        }
    }

    std::vector<Entry> read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            const bool is_group = std::ranges::find(groups_, key.str()) != groups_.end();
            if (is_group && node.is_table()) {
                for (const auto& [inner, value] : *node.as_table()) {
                    take(std::string(key.str()).append(".").append(inner.str()), inner, value);
                }
            } else if (is_group) {
                problems_.add(
                    place(file_, key.source()),
                    shown(key.str()) + " is a group: write [" + std::string(key.str()) + "]");
            } else {
                take(std::string(key.str()), key, node);
            }
        }
        return std::move(entries_);
    }

  private:
    void take(const std::string& name, const toml::key& key, const toml::node& node) {
        const std::string where = place(file_, key.source());
        if (const Parameter* parameter = find_parameter(name)) {
            entries_.push_back({parameter, where, node_value(*parameter, node)});
            return;
        }
        const auto& candidates = node.is_table() ? groups_ : names_;
        const std::string_view meant = nearest(name, candidates);
        std::string what =
            (node.is_table() ? "unknown group " : "unknown parameter ") + shown(name);
        if (!meant.empty()) what.append("; did you mean '").append(meant).append("'?");
        problems_.add(where, what);
    }

    const FileText& file_;
    Problems& problems_;
    std::vector<std::string> names_, groups_;
    std::vector<Entry> entries_;
};

}  // namespace

std::vector<Entry> read_toml(const FileText& file, Problems& problems) {
    if (file.text.size() > kMaxFileBytes) {
        problems.add(file.path, "is larger than 1 MiB");
        return {};
    }
    const toml::parse_result parsed =
        toml::parse(std::string_view(file.text), std::string_view(file.path));
    if (!parsed) {
        problems.add(place(file, parsed.error().source()), parsed.error().description());
        return {};
    }
    return Reader(file, problems).read(parsed.table());
}

}  // namespace aside::config
