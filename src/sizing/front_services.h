// What may stand in front of Aside, and is paid by what goes through it: billed where the list has
// its prices, told as not priced until then.
//
// What reaches Aside is counted: what a CDN answers by itself nobody here knows. Thread rule: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sizing/price_list.h"

namespace aside::sizing {

struct FrontService {
    std::string_view name;
    std::string_view request_price;   // of a million
    std::string_view gigabyte_price;  // that is sent on; empty: it takes none
};

inline constexpr FrontService kFrontServices[] = {
    {"CloudFront", "cloudfront.request.million", "cloudfront.gb"},
    {"API Gateway", "api_gateway.request.million", ""},
};

// All prices of it.
bool has_prices(const PriceList& prices, std::string_view region, const FrontService& service);

// What no bill of this region has.
std::vector<std::string> not_priced(const PriceList& prices, std::string_view region);

}  // namespace aside::sizing
