#include "cli/plan_article.h"

#include <gtest/gtest.h>

#include "cli/price_files.h"
#include "runtime/os/files.h"

namespace aside::cli {
namespace {

TEST(KnownBill, ComesOutToTheCent) {
    runtime::OsFiles files;
    const auto bill = known_bill(*load_prices(files, {}));
    ASSERT_TRUE(bill) << bill.error().detail;
    ASSERT_EQ(bill->lines.size(), 5U);
    for (const KnownLine& line : bill->lines) EXPECT_TRUE(line.same()) << line.what << line.usd;
    EXPECT_NEAR(bill->saved_by_gateway_usd, 52.56, 0.005);
    EXPECT_NEAR(bill->saved_without_nat_usd, 113.88, 0.005);
    EXPECT_NEAR(bill->break_even_gets_per_second, 479, 0.5);
    EXPECT_EQ(known_bill_text(*bill).find("NOT THE SAME"), std::string::npos);
}

TEST(KnownBill, OtherPricesAreNotTheKnownBill) {
    runtime::OsFiles files;
    auto prices = *load_prices(files, {});
    prices.add("eu-central-1", "nat.hour", {.usd = 0.06, .per = "hour"});
    const auto bill = known_bill(prices);
    ASSERT_TRUE(bill);
    EXPECT_FALSE(bill->same());
    EXPECT_NE(known_bill_text(*bill).find("NOT THE SAME"), std::string::npos);
    EXPECT_FALSE(known_bill(sizing::PriceList()));
}

}  // namespace
}  // namespace aside::cli
