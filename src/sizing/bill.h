// What something costs a month, line by line, each from a quantity and a unit price.
//
// Thread rule: one owner. Units: US dollars; a month is 730 hours. Errors: not_found for a price
// that the list does not have.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sizing/price_list.h"

namespace aside::sizing {

inline constexpr double kHoursAMonth = 730;
inline constexpr double kSecondsAMonth = kHoursAMonth * 3600;
inline constexpr double kGigabyte = 1e9;  // as traffic and storage are billed

struct BillLine {
    std::string what;
    double quantity = 0;  // of the price's unit, a month
    Price price;
    double usd = 0;
};

class Bill {
  public:
    Bill(const PriceList& prices, std::string region)
        : prices_(&prices), region_(std::move(region)) {}

    // `quantity` a month of what the price of this name is for.
    Result<void> add(std::string what, std::string_view price_name, double quantity);

    const std::vector<BillLine>& lines() const { return lines_; }
    double total_usd() const;
    // Of the lines whose price is an estimate.
    double estimated_usd() const;

  private:
    const PriceList* prices_;
    std::string region_;
    std::vector<BillLine> lines_;
};

}  // namespace aside::sizing
