#include "cli/plan_article.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sizing/bill.h"
#include "wire/json_text.h"

namespace aside::cli {

namespace {

constexpr const char* kRegion = "eu-central-1";

struct Known {
    const char* what;
    const char* how;  // before the unit price
    const char* price;
    double count;  // of the hourly price
    double usd;
};

constexpr Known kLines[] = {
    {"two interface endpoints, three zones", "2 endpoints x 3 zones", "endpoint.interface.hour", 6,
     52.56},
    {"three NAT gateways", "3 gateways", "nat.hour", 3, 113.88},
    {"one cache.t3.small", "1 node", "node.redis.cache.t3.small", 1, 27.74},
    {"three cache.t3.small", "3 nodes", "node.redis.cache.t3.small", 3, 83.22},
    {"three cache.r6g.large", "3 nodes", "node.redis.cache.r6g.large", 3, 540.93},
};

long long cents(double usd) {
    return std::llround(usd * 100);
}

}  // namespace

bool KnownLine::same() const {
    return cents(usd) == cents(known_usd);
}

bool KnownBill::same() const {
    return std::ranges::all_of(lines, &KnownLine::same);
}

Result<KnownBill> known_bill(const sizing::PriceList& prices) {
    KnownBill bill;
    for (const Known& known : kLines) {
        const auto price = prices.find(kRegion, known.price);
        if (!price) return fail(price.error());
        bill.lines.push_back({.what = known.what,
                              .from = fmt::format("{} x {:.0f} h x {:g}", known.how,
                                                  sizing::kHoursAMonth, price->usd),
                              .usd = known.count * sizing::kHoursAMonth * price->usd,
                              .known_usd = known.usd});
    }
    const auto gateway = prices.find(kRegion, "endpoint.gateway.hour");
    if (!gateway) return fail(gateway.error());
    const auto get = prices.find(kRegion, "s3.get.thousand");
    if (!get) return fail(get.error());
    bill.saved_by_gateway_usd = bill.lines[0].usd - 2 * sizing::kHoursAMonth * gateway->usd;
    bill.saved_without_nat_usd = bill.lines[1].usd;
    bill.break_even_gets_per_second =
        bill.lines.back().usd / (get->usd / 1000) / sizing::kSecondsAMonth;
    return bill;
}

std::string known_bill_text(const KnownBill& bill) {
    std::string text = fmt::format("The known bill, USD a month in {}\n", kRegion);
    for (const KnownLine& line : bill.lines) {
        text += fmt::format(
            "  {:>8.2f}  {:<38}{:<40}{}\n", line.usd, line.what, line.from,
            line.same() ? "as billed" : fmt::format("billed {:.2f}: NOT THE SAME", line.known_usd));
    }
    text += fmt::format(
        "\nSaved\n  {:>8.2f}  gateway endpoints of S3 and DynamoDB instead of "
        "interface endpoints: they cost nothing\n",
        bill.saved_by_gateway_usd);
    text += fmt::format("  {:>8.2f}  no NAT: what the function asks for is all behind endpoints\n",
                        bill.saved_without_nat_usd);
    text += fmt::format(
        "\nBelow {:.0f} S3 GETs a second, all month, three cache.r6g.large buy "
        "latency, not money: the GETs cost less than the nodes.\n",
        bill.break_even_gets_per_second);
    return text;
}

std::string known_bill_json(const KnownBill& bill) {
    std::string json = R"({"lines":[)";
    for (const KnownLine& line : bill.lines) {
        if (!json.ends_with('[')) json += ',';
        json += R"({"what":)";
        wire::append_json_string(json, line.what);
        json += R"(,"from":)";
        wire::append_json_string(json, line.from);
        json += fmt::format(R"(,"usd":{:.2f},"known_usd":{:.2f},"same":{}}})", line.usd,
                            line.known_usd, line.same());
    }
    return json + fmt::format(R"(],"saved_by_gateway_usd":{:.2f},"saved_without_nat_usd":{:.2f},)"
                              R"("break_even_gets_per_second":{:.1f}}})"
                              "\n",
                              bill.saved_by_gateway_usd, bill.saved_without_nat_usd,
                              bill.break_even_gets_per_second);
}

}  // namespace aside::cli
