#include "sizing/outcome.h"

#include <algorithm>
#include <cmath>

#include "sizing/front_services.h"

namespace aside::sizing {

namespace {

constexpr double kReadUnitBytes = 4096;
constexpr double kEventualReadUnits = 0.5;
constexpr double kMillion = 1e6;
constexpr double kThousand = 1e3;
constexpr double kEcpuBytes = 1e3;
constexpr double kServerlessLeastBytesValkey = 1e8, kServerlessLeastBytesRedis = 1e9;
constexpr double kStoresBehindEndpoints = 2;  // the index and the objects
constexpr double kBothWays = 2;  // traffic between zones is paid where it leaves and arrives

double capacity_of(const CacheChoice& choice, const ShardLimits& limits) {
    if (choice.kind == CacheChoice::Kind::serverless) return choice.serverless_bytes;
    if (!choice.has_l2()) return 0;
    return choice.shards * choice.node.maxmemory_bytes * limits.memory_share;
}

// Adds lines to a bill and remembers the first price that is missing.
class BillWriter {
  public:
    explicit BillWriter(Bill& bill) : bill_(bill) {}

    void add(std::string what, std::string_view price, double quantity) {
        if (!wrong_) return;
        wrong_ = bill_.add(std::move(what), price, quantity);
    }
    Result<void> wrong() { return std::move(wrong_); }

  private:
    Bill& bill_;
    Result<void> wrong_;
};

struct Rates {  // a second
    double requests = 0, l2_commands = 0, l2_bytes = 0, object_loads = 0, index_loads = 0,
           origin_bytes = 0, answered_bytes = 0;
};

void add_cache(BillWriter& bill, const CacheChoice& choice, const Rates& rates) {
    if (choice.kind == CacheChoice::Kind::nodes) {
        bill.add(
            std::to_string(choice.nodes()) + " x " + choice.node.name + " (" + choice.engine + ")",
            node_price_name(choice.engine, choice.node.name), choice.nodes() * kHoursAMonth);
    } else if (choice.kind == CacheChoice::Kind::serverless) {
        const double least =
            choice.engine == "redis" ? kServerlessLeastBytesRedis : kServerlessLeastBytesValkey;
        const std::string prefix = "serverless." + choice.engine;
        bill.add("serverless: data kept", prefix + ".gb_hour",
                 std::max(choice.serverless_bytes, least) / kGigabyte * kHoursAMonth);
        // One for each kB moved, and at least one for a command.
        const double units = std::max(rates.l2_commands, rates.l2_bytes / kEcpuBytes);
        bill.add("serverless: requests", prefix + ".million_ecpu",
                 units * kSecondsAMonth / kMillion);
    }
}

void add_route(BillWriter& bill, const Site& site, const Rates& rates) {
    const double origin_gigabytes = rates.origin_bytes * kSecondsAMonth / kGigabyte;
    switch (site.route) {
        case Route::gateway_endpoints:
            bill.add("gateway endpoints of S3 and DynamoDB", "endpoint.gateway.hour",
                     kStoresBehindEndpoints * kHoursAMonth);
            return;
        case Route::interface_endpoints:
            bill.add(
                "interface endpoints of S3 and DynamoDB, " + std::to_string(site.zones) + " zones",
                "endpoint.interface.hour", kStoresBehindEndpoints * site.zones * kHoursAMonth);
            bill.add("through interface endpoints", "endpoint.interface.gb", origin_gigabytes);
            return;
        case Route::nat:
            bill.add("NAT gateways, " + std::to_string(site.zones) + " zones", "nat.hour",
                     site.zones * kHoursAMonth);
            bill.add("through NAT gateways", "nat.gb", origin_gigabytes);
            return;
    }
}

void add_requests(BillWriter& bill, const Site& site, const Assumptions& assumptions,
                  const Rates& rates) {
    bill.add("S3: GET, 304 among them", "s3.get.thousand",
             rates.object_loads * kSecondsAMonth / kThousand);
    const double units =
        std::ceil(assumptions.index_entry_bytes / kReadUnitBytes) * kEventualReadUnits;
    bill.add("DynamoDB: eventually consistent reads", "dynamodb.read.million",
             rates.index_loads * units * kSecondsAMonth / kMillion);
    if (site.function_mib <= 0) return;
    bill.add("Lambda: requests", "lambda.request.million",
             rates.requests * kSecondsAMonth / kMillion);
}

void add_front(BillWriter& bill, const PriceList& prices, const Site& site, const Rates& rates) {
    for (const FrontService& service : kFrontServices) {
        if (!has_prices(prices, site.region, service)) continue;
        const std::string name(service.name);
        bill.add(name + ": requests", service.request_price,
                 rates.requests * kSecondsAMonth / kMillion);
        if (service.gigabyte_price.empty()) continue;
        bill.add(name + ": traffic", service.gigabyte_price,
                 rates.answered_bytes * kSecondsAMonth / kGigabyte);
    }
}

void fill_ratios(Outcome& outcome, const Workload& workload, double capacity, unsigned processes) {
    if (outcome.choice.kind == CacheChoice::Kind::none) return;
    if (outcome.choice.kind == CacheChoice::Kind::l1_alone) {
        const bool known = workload.l1_alone_hit_ratio >= 0;
        outcome.l1_hit_ratio = known ? workload.l1_alone_hit_ratio : workload.l1_hit_ratio;
        outcome.miss_ratio = 1 - outcome.l1_hit_ratio;
        // Each process refreshes for itself what would be refreshed once for all of them.
        const double once = workload.curve.refresh_ratio(workload.curve.basis().distinct_bytes);
        outcome.refresh_ratio = std::min(known ? workload.l1_alone_refresh_ratio : once * processes,
                                         outcome.l1_hit_ratio);
        return;
    }
    outcome.miss_ratio = workload.curve.miss_ratio(capacity);
    outcome.refresh_ratio = workload.curve.refresh_ratio(capacity);
    outcome.l1_hit_ratio = std::min(workload.l1_hit_ratio, 1 - outcome.miss_ratio);
    outcome.l2_hit_ratio = 1 - outcome.miss_ratio - outcome.l1_hit_ratio;
}

// L1 has index entries, too; what the index is asked for, L2 was asked for before.
double index_misses_of_l1(const Workload& workload) {
    return std::max(workload.index_read_ratio * (1 - workload.l1_hit_ratio),
                    workload.index_load_ratio);
}

// Part of the requests.
double index_loads(const CacheChoice& choice, const Workload& workload) {
    if (choice.kind == CacheChoice::Kind::none) return workload.index_read_ratio;
    return choice.has_l2() ? workload.index_load_ratio : index_misses_of_l1(workload);
}

OriginLoad origin_load(const Outcome& outcome, const Workload& workload) {
    const double references = workload.references_per_second();
    OriginLoad load;
    load.objects_steady = references * std::min(1.0, outcome.miss_ratio + outcome.refresh_ratio);
    load.index_steady = workload.requests_per_second * index_loads(outcome.choice, workload);
    load.objects_cold =
        outcome.choice.has_l2() ? references * (1 - outcome.l1_hit_ratio) : load.objects_steady;
    load.objects_node_lost = load.objects_steady;
    // A replica has what its primary had. Without one the shard's part is gone.
    if (outcome.choice.kind == CacheChoice::Kind::nodes && outcome.choice.replicas == 0)
        load.objects_node_lost += references * outcome.l2_hit_ratio / outcome.choice.shards;
    return load;
}

}  // namespace

std::string CacheChoice::text() const {
    switch (kind) {
        case Kind::none:
            return "no cache";
        case Kind::l1_alone:
            return "L1 alone, no L2";
        case Kind::serverless:
            return "serverless (" + engine + ")";
        case Kind::nodes:
            break;
    }
    std::string text = std::to_string(shards) + " x " + node.name;
    if (replicas > 0) text += ", each with " + std::to_string(replicas) + " replica";
    if (replicas > 1) text += 's';
    return text + " (" + engine + ")";
}

bool Outcome::carries() const {
    return choice.kind != CacheChoice::Kind::nodes ||
           std::max({need.network, need.commands, need.connections}) <= choice.shards + 1e-9;
}

ShardLoad shard_load(const Workload& workload, const Site& site, const Assumptions& assumptions,
                     double capacity_bytes, unsigned replicas) {
    const double references = workload.references_per_second();
    const double miss = workload.curve.miss_ratio(capacity_bytes);
    const double l1 = std::min(workload.l1_hit_ratio, 1 - miss);
    const double loads =
        references * std::min(1.0, miss + workload.curve.refresh_ratio(capacity_bytes));
    const double index_reads = workload.requests_per_second * index_misses_of_l1(workload);
    return {.stored_bytes = std::min(capacity_bytes, workload.curve.basis().distinct_bytes),
            .read_bytes = references * (1 - miss - l1) * workload.body_bytes +
                          index_reads * assumptions.index_entry_bytes,
            .filled_bytes = loads * workload.body_bytes,
            .commands = references * (1 - l1) + index_reads + loads,
            .connections = assumptions.connections_per_process * site.processes,
            .replicas = replicas};
}

Result<Outcome> outcome_without_times(const Workload& workload, const Site& site,
                                      const Assumptions& assumptions, const CacheChoice& choice,
                                      const PriceList& prices) {
    Outcome outcome{.choice = choice, .bill = Bill(prices, site.region)};
    const double capacity = capacity_of(choice, assumptions.limits);
    fill_ratios(outcome, workload, capacity, site.processes);
    outcome.origin = origin_load(outcome, workload);
    const ShardLoad load = shard_load(workload, site, assumptions, capacity, choice.replicas);
    if (choice.kind == CacheChoice::Kind::nodes)
        outcome.need = shards_needed(load, choice.node, assumptions.limits);

    const bool cached = choice.has_l2();
    const Rates rates{.requests = workload.requests_per_second,
                      .l2_commands = cached ? load.commands : 0,
                      .l2_bytes = cached ? load.read_bytes + load.filled_bytes : 0,
                      .object_loads = outcome.origin.objects_steady,
                      .index_loads = outcome.origin.index_steady,
                      .origin_bytes = outcome.origin.objects_steady * workload.body_bytes +
                                      outcome.origin.index_steady * assumptions.index_entry_bytes,
                      .answered_bytes = workload.references_per_second() * workload.body_bytes};
    BillWriter writer(outcome.bill);
    add_cache(writer, choice, rates);
    if (cached && site.zones > 1) {
        const double elsewhere = static_cast<double>(site.zones - 1) / site.zones;
        writer.add("between zones, both ways", "zone_transfer.gb",
                   rates.l2_bytes * elsewhere * kBothWays * kSecondsAMonth / kGigabyte);
    }
    add_route(writer, site, rates);
    add_front(writer, prices, site, rates);
    add_requests(writer, site, assumptions, rates);
    if (auto wrong = writer.wrong(); !wrong) return fail(std::move(wrong.error()));
    return outcome;
}

// First the index, then all objects at once. Quantiles of the two are added, which is more than the
// quantile of their sum.
Result<void> add_times(Outcome& outcome, const Workload& workload, const Site& site,
                       const Assumptions& assumptions) {
    const double asked = index_loads(outcome.choice, workload);
    const LatencyMix index({{1 - asked, assumptions.l1}, {asked, assumptions.index}}, 1);
    // What is refreshed is answered from a cache meanwhile.
    const LatencyMix objects({{outcome.l1_hit_ratio, assumptions.l1},
                              {outcome.l2_hit_ratio, assumptions.l2},
                              {outcome.miss_ratio, assumptions.origin}},
                             workload.references_per_request);
    outcome.p50_ms = index.quantile_ms(0.5) + objects.quantile_ms(0.5);
    outcome.p99_ms = index.quantile_ms(0.99) + objects.quantile_ms(0.99);
    if (site.function_mib <= 0) return {};
    const double seconds =
        (index.mean_ms() + objects.mean_ms() + assumptions.function_overhead_ms) / 1e3;
    return outcome.bill.add(
        "Lambda: duration", "lambda.gb_second",
        workload.requests_per_second * kSecondsAMonth * seconds * site.function_mib / 1024);
}

Result<Outcome> outcome_of(const Workload& workload, const Site& site,
                           const Assumptions& assumptions, const CacheChoice& choice,
                           const PriceList& prices) {
    auto outcome = outcome_without_times(workload, site, assumptions, choice, prices);
    if (!outcome) return outcome;
    if (auto timed = add_times(*outcome, workload, site, assumptions); !timed)
        return fail(std::move(timed.error()));
    return outcome;
}

}  // namespace aside::sizing
