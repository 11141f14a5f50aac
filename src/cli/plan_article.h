// The bill of the hand-written service that Aside is for, worked out from unit prices: what it
// paid, what of it was for nothing, and from which load on its cache pays for itself.
//
// Thread rule: pure. Errors: not_found for a price that the list does not have.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sizing/price_list.h"

namespace aside::cli {

struct KnownLine {
    std::string what, from;  // "2 endpoints x 3 zones x 730 h x 0.012"
    double usd = 0, known_usd = 0;

    bool same() const;  // to the cent
};

struct KnownBill {
    std::vector<KnownLine> lines;
    double saved_by_gateway_usd = 0, saved_without_nat_usd = 0;
    double break_even_gets_per_second = 0;  // of S3, against the three large nodes

    bool same() const;
};

Result<KnownBill> known_bill(const sizing::PriceList& prices);
std::string known_bill_text(const KnownBill& bill);
std::string known_bill_json(const KnownBill& bill);

}  // namespace aside::cli
