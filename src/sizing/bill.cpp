#include "sizing/bill.h"

namespace aside::sizing {

Result<void> Bill::add(std::string what, std::string_view price_name, double quantity) {
    auto price = prices_->find(region_, price_name);
    if (!price) return fail(std::move(price.error()));
    const double usd = quantity * price->usd;
    lines_.push_back({std::move(what), quantity, std::move(*price), usd});
    return {};
}

double Bill::total_usd() const {
    double sum = 0;
    for (const BillLine& line : lines_) sum += line.usd;
    return sum;
}

double Bill::estimated_usd() const {
    double sum = 0;
    for (const BillLine& line : lines_) {
        if (line.price.standing == Standing::estimated) sum += line.usd;
    }
    return sum;
}

}  // namespace aside::sizing
