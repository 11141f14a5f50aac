// Facts in a TOML file, outside of the parameters: its values at the top, then a list of tables of
// plain values.
//
//   region = "eu-central-1"
//   [[price]]
//   name = "nat.hour"
//   usd = 0.052
//   date = 2026-08-31
//
// Thread rule: pure; plain values. Errors: bad_input with file and line: no TOML, or a value that
// is no text, number or date. Limit: kMaxFileBytes.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace aside::config {

struct TomlTable {
    std::string kind;   // "price"; empty: the top
    std::string where;  // "prices/eu-central-1.toml:4"
    std::map<std::string, std::variant<std::string, double>, std::less<>> values;

    // Errors: bad_input that names the place and what is missing, or of another type. Dates are
    // texts.
    Result<std::string> text(std::string_view name) const;
    Result<double> number(std::string_view name) const;
    // That it has no values but these: a name that is misspelt must not go unnoticed.
    Result<void> only(std::initializer_list<std::string_view> names) const;
};

// The top first.
Result<std::vector<TomlTable>> read_toml_tables(const FileText& file);

}  // namespace aside::config
