// Which key the next request asks for: a number below the number of keys, which is 1 or more.
//
// Thread rule: one owner. Sources: Zipf by rejection-inversion (W. Hörmann, G. Derflinger:
// "Rejection-inversion to generate variates from monotone discrete distributions", 1996), which
// needs no table and takes any exponent, 0 (uniform) and 1 included.
#pragma once

#include <cstdint>
#include <memory>

#include "base/random.h"

namespace aside::lab::load {

class KeyChoice {
  public:
    virtual ~KeyChoice() = default;
    virtual std::uint64_t next(Random& random) = 0;
};

std::unique_ptr<KeyChoice> uniform_keys(std::uint64_t keys);
// Of rank r (1 is the hottest) in proportion to r^-exponent; an exponent of 0 or more, finite.
// The hottest key is 0 when `scatter` is 0; else places are permuted by that seed, so that hot keys
// do not stand together.
std::unique_ptr<KeyChoice> zipf_keys(std::uint64_t keys, double exponent, std::uint64_t scatter);
// `hot_share` of the requests (0 to 1) ask for the first `hot_keys`, the rest for the others; where
// one of the two groups has no keys, all ask for the other.
std::unique_ptr<KeyChoice> hotspot_keys(std::uint64_t keys, std::uint64_t hot_keys,
                                        double hot_share);
// 0, 1, 2 … and from the beginning again.
std::unique_ptr<KeyChoice> scanned_keys(std::uint64_t keys);

}  // namespace aside::lab::load
