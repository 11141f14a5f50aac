// The hot set as a text file: the keys worth having in a cache that starts cold, hottest first.
//
//   aside-hot-set 1
//   o 12 gb/ENG
//   v 3 gb/ENG%00v7
//
// A letter for the kind (o object, v versioned object, i item), how hot (larger is hotter), and the
// cache key with bytes outside of printable ASCII, space and '%' as %XX. Lines that are not of this
// form are passed over, so that a file that was cut short still warms; a file of another version
// holds nothing. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace aside::engine {

struct WarmKey {
    ValueKind kind = ValueKind::object;
    std::uint32_t heat = 0;
    std::string bytes;
    bool operator==(const WarmKey&) const = default;
};

std::string encode_hot_set(const std::vector<WarmKey>& keys);
// At most `limit`, in the file's order.
std::vector<WarmKey> decode_hot_set(std::string_view text, std::size_t limit);

}  // namespace aside::engine
