// What to buy: the cheapest cache that has the hit ratio wanted, or the one with which everything
// together costs least; and beside it what else could be bought.
//
// Thread rule: pure functions. Errors: not_found for a price, a region or a node type that is not
// known; bad_input for a hit ratio that no cache of any size has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sizing/outcome.h"

namespace aside::sizing {

struct Wish {
    std::optional<double> hit_ratio;  // of L1 and L2 together; none: the least total
    std::optional<std::string> node;  // of this type only
    std::string engine = "valkey";
    unsigned replicas = 1;
};

struct Proposal {
    Outcome chosen;  // these with their error bars
    std::vector<Outcome> alternatives;
    // Node types without a price here, alternatives without one.
    std::vector<std::string> passed_over;
};

Result<Proposal> propose(const Workload& workload, const Site& site, const Assumptions& assumptions,
                         const Wish& wish, const PriceList& prices);

// The same with one shard, two, and so on until all there is has room, or `most`; not one that has
// no price.
std::vector<Outcome> by_shards(const Workload& workload, const Site& site,
                               const Assumptions& assumptions, const CacheChoice& choice,
                               const PriceList& prices, unsigned most);
// The same of a serverless cache that keeps more and more of all there is; none without its prices.
std::vector<Outcome> by_kept_bytes(const Workload& workload, const Site& site,
                                   const Assumptions& assumptions, const std::string& engine,
                                   const PriceList& prices, unsigned points);

}  // namespace aside::sizing
