// Prices and node types from TOML: those that come with the program, and over them a user's own.
//
// Thread rule: blocks. Errors: bad_input with file and line; those of the files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "runtime/files.h"
#include "sizing/price_list.h"

namespace aside::cli {

struct PriceFile {
    std::string_view name, text;
};
// The folder prices/ as it was when the program was built.
std::span<const PriceFile> built_in_price_files();

Result<sizing::PriceList> read_prices(const config::FileText& file);
// The built-in ones, and then each of `own`, whose prices replace those of before.
Result<sizing::PriceList> load_prices(runtime::Files& files, const std::vector<std::string>& own);

}  // namespace aside::cli
