#include "sizing/front_services.h"

namespace aside::sizing {

bool has_prices(const PriceList& prices, std::string_view region, const FrontService& service) {
    return prices.has(region, service.request_price) &&
           (service.gigabyte_price.empty() || prices.has(region, service.gigabyte_price));
}

std::vector<std::string> not_priced(const PriceList& prices, std::string_view region) {
    std::vector<std::string> names;
    for (const FrontService& service : kFrontServices) {
        if (!has_prices(prices, region, service)) names.emplace_back(service.name);
    }
    // The same with any cache and with none.
    names.emplace_back("storage in S3 and DynamoDB");
    names.emplace_back("logs and alarms");
    return names;
}

}  // namespace aside::sizing
