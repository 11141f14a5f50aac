#include "sizing/front_services.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "sizing/outcome.h"

namespace aside::sizing {
namespace {

PriceList needed() {
    PriceList list;
    for (const char* name : {"s3.get.thousand", "dynamodb.read.million", "endpoint.gateway.hour"})
        list.add("here", name, {.usd = 0.001, .per = "unit"});
    return list;
}

bool tells(const PriceList& list, std::string_view name) {
    const auto names = not_priced(list, "here");
    return std::ranges::find(names, name) != names.end();
}

double billed(const PriceList& list, std::string_view beginning) {
    const Workload load{.requests_per_second = 100, .references_per_request = 5, .body_bytes = 1e6};
    const auto outcome = outcome_of(load, {.region = "here"}, {}, {}, list);
    EXPECT_TRUE(outcome) << outcome.error().detail;
    double usd = 0;
    for (const BillLine& line : outcome->bill.lines()) {
        if (line.what.starts_with(beginning)) usd += line.usd;
    }
    return usd;
}

TEST(FrontServices, AreNotPricedUntilTheListHasAllTheirPrices) {
    PriceList list = needed();
    EXPECT_TRUE(tells(list, "CloudFront"));
    EXPECT_TRUE(tells(list, "API Gateway"));
    EXPECT_EQ(billed(list, "CloudFront") + billed(list, "API Gateway"), 0);

    list.add("here", "api_gateway.request.million", {.usd = 1, .per = "1,000,000 requests"});
    EXPECT_FALSE(tells(list, "API Gateway"));
    EXPECT_NEAR(billed(list, "API Gateway"), 100 * kSecondsAMonth / 1e6, 1e-6);

    list.add("here", "cloudfront.request.million", {.usd = 1, .per = "1,000,000 requests"});
    EXPECT_TRUE(tells(list, "CloudFront"));
    EXPECT_EQ(billed(list, "CloudFront"), 0);
    list.add("here", "cloudfront.gb", {.usd = 0.01, .per = "GB"});
    EXPECT_FALSE(tells(list, "CloudFront"));
    // 100 requests a second, and their 500 MB.
    EXPECT_NEAR(billed(list, "CloudFront"), kSecondsAMonth * (100 / 1e6 + 0.5 * 0.01), 1e-6);
}

TEST(FrontServices, PricesOfAnotherRegionDoNotCount) {
    PriceList list = needed();
    list.add("there", "api_gateway.request.million", {.usd = 1, .per = "1,000,000 requests"});
    EXPECT_TRUE(tells(list, "API Gateway"));
}

}  // namespace
}  // namespace aside::sizing
