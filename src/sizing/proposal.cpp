#include "sizing/proposal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace aside::sizing {

namespace {

constexpr unsigned kNodesMost = 500;  // of one cluster
constexpr std::string_view kJustInCaseNode = "cache.r6g.large";
constexpr unsigned kJustInCaseNodes = 3;

class Search {
  public:
    Search(const Workload& workload, const Site& site, const Assumptions& assumptions,
           const Wish& wish, const PriceList& prices)
        : workload_(workload),
          site_(site),
          assumptions_(assumptions),
          wish_(wish),
          prices_(prices) {}

    Result<Outcome> best() {
        auto types = candidates();
        if (!types) return fail(std::move(types.error()));
        auto wanted = wanted_bytes();
        if (!wanted) return fail(std::move(wanted.error()));
        std::optional<Outcome> best;
        double least_usd = std::numeric_limits<double>::infinity();
        for (const NodeType& node : *types) {
            auto found =
                wish_.hit_ratio ? with_room_for(node, *wanted) : cheapest_of(node, least_usd);
            if (!found) return fail(std::move(found.error()));
            if (!*found || (*found)->bill.total_usd() >= least_usd) continue;
            best = std::move(*found);
            least_usd = best->bill.total_usd();
        }
        if (!best)
            return fail(Errc::bad_input, "no cluster of at most " + std::to_string(kNodesMost) +
                                             " nodes carries this load");
        return std::move(*best);
    }

    std::vector<std::string> passed_over() && { return std::move(passed_over_); }

  private:
    // Those with a price in this region; the others are told.
    Result<std::vector<NodeType>> candidates() {
        std::vector<NodeType> types;
        if (auto known = prices_.check_region(site_.region); !known)
            return fail(std::move(known.error()));
        if (wish_.node) {
            auto node = prices_.node(*wish_.node);
            if (!node) return fail(std::move(node.error()));
            types.push_back(std::move(*node));
            return types;
        }
        for (const NodeType& node : prices_.nodes()) {
            auto price = prices_.find(site_.region, node_price_name(wish_.engine, node.name));
            if (price)
                types.push_back(node);
            else
                passed_over_.push_back(node.name + ": " + price.error().detail);
        }
        if (types.empty())
            return fail(Errc::not_found,
                        "no node type has a price for " + wish_.engine + " in " + site_.region);
        return types;
    }

    Result<double> wanted_bytes() const {
        if (!wish_.hit_ratio) return 0;
        const double bytes = workload_.curve.bytes_for(1 - *wish_.hit_ratio);
        if (bytes >= 0) return bytes;
        std::array<char, 160> text{};
        std::snprintf(text.data(), text.size(),
                      "no cache of any size has a hit ratio of %.4g here: at most %.4f, since the "
                      "rest is read for the first time or has expired",
                      *wish_.hit_ratio, 1 - workload_.curve.least_miss_ratio());
        return fail(Errc::bad_input, text.data());
    }

    Result<Outcome> with(const NodeType& node, unsigned shards) const {
        return outcome_without_times(workload_, site_, assumptions_,
                                     {.kind = CacheChoice::Kind::nodes,
                                      .engine = wish_.engine,
                                      .node = node,
                                      .shards = shards,
                                      .replicas = wish_.replicas},
                                     prices_);
    }
    Result<std::optional<Outcome>> timed(Outcome outcome) const {
        if (auto added = add_times(outcome, workload_, site_, assumptions_); !added)
            return fail(std::move(added.error()));
        return std::optional<Outcome>(std::move(outcome));
    }
    unsigned shards_most() const { return kNodesMost / (1 + wish_.replicas); }

    // The fewest shards that hold so much and carry the load; none when there may not be so many.
    Result<std::optional<Outcome>> with_room_for(const NodeType& node, double bytes) const {
        const ShardLoad load =
            shard_load(workload_, site_, assumptions_, std::max(bytes, 1.0), wish_.replicas);
        const double each = node.maxmemory_bytes * assumptions_.limits.memory_share;
        const unsigned by_memory = static_cast<unsigned>(
            std::clamp(std::ceil(bytes / each - 1e-9), 1.0, static_cast<double>(kNodesMost)));
        const unsigned least =
            std::max(by_memory, shards_needed(load, node, assumptions_.limits).shards());
        if (by_memory * each < bytes * (1 - 1e-9)) return std::optional<Outcome>();
        // Whole shards have more room than was asked for: more hits, and more to send.
        for (unsigned shards = least; shards <= shards_most(); ++shards) {
            auto outcome = with(node, shards);
            if (!outcome) return fail(std::move(outcome.error()));
            if (outcome->carries()) return timed(std::move(*outcome));
        }
        return std::optional<Outcome>();
    }

    // Each number of shards until all that there is has room, or the nodes alone are dearer than
    // what was found already. Nothing when all of it is.
    Result<std::optional<Outcome>> cheapest_of(const NodeType& node, double below_usd) const {
        std::optional<Outcome> best;
        const double all = workload_.curve.basis().distinct_bytes;
        const double each = node.maxmemory_bytes * assumptions_.limits.memory_share;
        for (unsigned shards = 1; shards <= shards_most(); ++shards) {
            auto outcome = with(node, shards);
            if (!outcome) return fail(std::move(outcome.error()));
            if (outcome->bill.lines().front().usd >= below_usd) break;
            if (!outcome->carries()) continue;
            if (outcome->bill.total_usd() < below_usd) {
                auto found = timed(std::move(*outcome));
                if (!found) return found;
                if ((*found)->bill.total_usd() < below_usd) {
                    best = std::move(*found);
                    below_usd = best->bill.total_usd();
                }
            }
            if (shards * each >= all) break;
        }
        return best;
    }

    const Workload& workload_;
    const Site& site_;
    const Assumptions& assumptions_;
    const Wish& wish_;
    const PriceList& prices_;
    std::vector<std::string> passed_over_;
};

Result<Outcome> with_error_bars(const Workload& workload, const Site& site,
                                const Assumptions& assumptions, const CacheChoice& choice,
                                const PriceList& prices) {
    auto outcome = outcome_of(workload, site, assumptions, choice, prices);
    if (!outcome) return outcome;
    if (auto added = add_error_bars(*outcome, workload, site, assumptions, prices); !added)
        return fail(std::move(added.error()));
    return outcome;
}

std::vector<CacheChoice> alternatives_to(const Outcome& chosen, const Workload& workload,
                                         const PriceList& prices) {
    std::vector<CacheChoice> choices;
    if (const auto node = prices.node(kJustInCaseNode)) {
        choices.push_back({.kind = CacheChoice::Kind::nodes,
                           .engine = "redis",
                           .node = *node,
                           .shards = kJustInCaseNodes,
                           .replicas = 0});
    }
    choices.push_back({.kind = CacheChoice::Kind::none});
    if (workload.l1_hit_ratio > 0) choices.push_back({.kind = CacheChoice::Kind::l1_alone});
    // As much of it as gives the same hit ratio.
    const double same = workload.curve.bytes_for(chosen.miss_ratio);
    choices.push_back(
        {.kind = CacheChoice::Kind::serverless,
         .engine = chosen.choice.engine,
         .serverless_bytes = same >= 0 ? same : workload.curve.basis().distinct_bytes});
    return choices;
}

}  // namespace

Result<Proposal> propose(const Workload& workload, const Site& site, const Assumptions& assumptions,
                         const Wish& wish, const PriceList& prices) {
    Search search(workload, site, assumptions, wish, prices);
    auto chosen = search.best();
    if (!chosen) return fail(std::move(chosen.error()));
    Proposal proposal{.chosen = std::move(*chosen)};
    if (auto added = add_error_bars(proposal.chosen, workload, site, assumptions, prices); !added)
        return fail(std::move(added.error()));
    proposal.passed_over = std::move(search).passed_over();
    for (const CacheChoice& choice : alternatives_to(proposal.chosen, workload, prices)) {
        auto outcome = with_error_bars(workload, site, assumptions, choice, prices);
        if (outcome)
            proposal.alternatives.push_back(std::move(*outcome));
        else
            proposal.passed_over.push_back(choice.text() + ": " + outcome.error().detail);
    }
    return proposal;
}

std::vector<Outcome> by_shards(const Workload& workload, const Site& site,
                               const Assumptions& assumptions, const CacheChoice& choice,
                               const PriceList& prices, unsigned most) {
    std::vector<Outcome> outcomes;
    const double each = choice.node.maxmemory_bytes * assumptions.limits.memory_share;
    for (unsigned shards = 1; shards <= most; ++shards) {
        CacheChoice other = choice;
        other.shards = shards;
        auto outcome = outcome_of(workload, site, assumptions, other, prices);
        if (!outcome) break;
        outcomes.push_back(std::move(*outcome));
        if (shards > choice.shards && shards * each >= workload.curve.basis().distinct_bytes) break;
    }
    return outcomes;
}

std::vector<Outcome> by_kept_bytes(const Workload& workload, const Site& site,
                                   const Assumptions& assumptions, const std::string& engine,
                                   const PriceList& prices, unsigned points) {
    std::vector<Outcome> outcomes;
    for (const CurvePoint& point : workload.curve.sampled(points)) {
        auto outcome = outcome_of(workload, site, assumptions,
                                  {.kind = CacheChoice::Kind::serverless,
                                   .engine = engine,
                                   .serverless_bytes = point.bytes},
                                  prices);
        if (!outcome) break;
        outcomes.push_back(std::move(*outcome));
    }
    return outcomes;
}

}  // namespace aside::sizing
