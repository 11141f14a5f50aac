#include "sizing/price_list.h"

#include <algorithm>

namespace aside::sizing {

namespace {

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

}  // namespace

std::string_view name_of(Standing standing) {
    switch (standing) {
        case Standing::listed:
            return "listed";
        case Standing::bill:
            return "bill";
        case Standing::secondary:
            return "secondary";
        case Standing::estimated:
            return "estimated";
    }
    return "?";
}

void PriceList::add(std::string region, std::string name, Price price) {
    prices_.insert_or_assign({std::move(region), std::move(name)}, std::move(price));
}

void PriceList::add(NodeType node) {
    const auto same = std::ranges::find(nodes_, node.name, &NodeType::name);
    if (same != nodes_.end())
        *same = std::move(node);
    else
        nodes_.push_back(std::move(node));
}

void PriceList::add_all(const PriceList& other) {
    for (const auto& [key, price] : other.prices_) prices_.insert_or_assign(key, price);
    for (const NodeType& node : other.nodes_) add(node);
}

std::vector<std::string> PriceList::regions() const {
    std::vector<std::string> regions;
    for (const auto& [key, price] : prices_) {
        if (regions.empty() || regions.back() != key.first) regions.push_back(key.first);
    }
    return regions;
}

Result<void> PriceList::check_region(std::string_view region) const {
    const auto known = regions();
    if (std::ranges::find(known, region) != known.end()) return {};
    return fail(Errc::not_found, "no prices of region \"" + std::string(region) +
                                     "\"; there are some of: " + listed(known));
}

Result<Price> PriceList::find(std::string_view region, std::string_view name) const {
    const auto at = prices_.find({std::string(region), std::string(name)});
    if (at != prices_.end()) return at->second;
    if (auto known = check_region(region); !known) return fail(std::move(known.error()));
    return fail(Errc::not_found, "no price \"" + std::string(name) + "\" of " +
                                     std::string(region) +
                                     "; a file with it can be given with --prices");
}

bool PriceList::has(std::string_view region, std::string_view name) const {
    return prices_.contains({std::string(region), std::string(name)});
}

Result<NodeType> PriceList::node(std::string_view name) const {
    const auto at = std::ranges::find(nodes_, name, &NodeType::name);
    if (at != nodes_.end()) return *at;
    std::vector<std::string> known;
    for (const NodeType& node : nodes_) known.push_back(node.name);
    return fail(Errc::not_found,
                "no node type \"" + std::string(name) + "\" is known; these are: " + listed(known));
}

}  // namespace aside::sizing
