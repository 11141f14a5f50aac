// Prices as data: each with its region, where it was read and when, and how much it is to be
// trusted. A price that is not there is an error, never a zero.
//
// Thread rule: filled by one owner, then read by any. Units: US dollars for what Price::per says.
// Errors: not_found names the price, and what to do about it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace aside::sizing {

enum class Standing : std::uint8_t {
    listed,     // read in the vendor's own price list or page
    bill,       // from a bill that is known
    secondary,  // read where somebody repeats the vendor's prices
    estimated,  // worked out from other prices
};
std::string_view name_of(Standing standing);

struct Price {
    double usd = 0;
    std::string per;  // "hour", "1000 requests"
    Standing standing = Standing::listed;
    std::string source, date;
};

// What a node can do: the same in all regions.
struct NodeType {
    std::string name;  // "cache.r7g.large"
    unsigned vcpus = 0;
    double maxmemory_bytes = 0;
    double network_bits_per_second = 0;  // that it has all the time, not its burst
    std::string source, date;
};

class PriceList {
  public:
    // Replaces what had this name.
    void add(std::string region, std::string name, Price price);
    void add(NodeType node);
    // A newer list, or a user's own, over this one.
    void add_all(const PriceList& other);

    Result<Price> find(std::string_view region, std::string_view name) const;
    bool has(std::string_view region, std::string_view name) const;
    Result<NodeType> node(std::string_view name) const;
    const std::vector<NodeType>& nodes() const { return nodes_; }
    std::vector<std::string> regions() const;
    // Errors: not_found for a region that no price is of.
    Result<void> check_region(std::string_view region) const;

  private:
    std::map<std::pair<std::string, std::string>, Price> prices_;  // by region and name
    std::vector<NodeType> nodes_;
};

inline std::string node_price_name(std::string_view engine, std::string_view node) {
    return "node." + std::string(engine) + "." + std::string(node);
}

}  // namespace aside::sizing
