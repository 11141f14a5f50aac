// The URL of a load's target: http://host:8080/items/item-{}, where {} is the key's number.
//
// Thread rule: pure. Errors: bad_input.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/stream.h"

namespace aside::cli {

struct BenchUrl {
    bool tls = false;
    runtime::Endpoint endpoint;
    std::string host;  // as it stands in the URL, with its port
    std::string path;  // empty: the URL has none
};

Result<BenchUrl> parse_bench_url(std::string_view text);

}  // namespace aside::cli
