#include "lab/origin/object_sizes.h"

#include <algorithm>
#include <iterator>

namespace aside::lab {

namespace {

// So many of a million values are smaller than so many bytes. Sizes within a row are even.
struct Quantile {
    std::uint32_t below_bytes, of_million;
};
constexpr std::uint32_t kMillion = 1'000'000;
constexpr Quantile kQuantiles[] = {
    {64, 755},       {96, 132514},    {128, 372647},   {160, 864087},   {192, 906618},
    {224, 922620},   {256, 931007},   {320, 946203},   {384, 955777},   {448, 960434},
    {512, 970338},   {640, 977809},   {768, 987123},   {1024, 991570},  {1280, 993635},
    {1536, 994598},  {2048, 995793},  {3072, 996927},  {4096, 997682},  {6144, 998457},
    {8192, 998687},  {12288, 998973}, {16384, 999125}, {24576, 999310}, {32768, 999384},
    {49152, 999454}, {65536, 999478},
};

}  // namespace

std::uint32_t draw_object_bytes(Random& random) {
    const auto rank = static_cast<std::uint32_t>(random.below(kMillion));
    const Quantile* const row =
        std::ranges::upper_bound(kQuantiles, rank, {}, &Quantile::of_million);
    if (row == std::end(kQuantiles)) return kMostObjectBytes;
    const Quantile below = row == kQuantiles ? Quantile{} : row[-1];
    const std::uint32_t within = row->below_bytes - below.below_bytes;
    const auto bytes = below.below_bytes + static_cast<std::uint32_t>(random.below(within));
    return std::max(bytes, kLeastObjectBytes);
}

}  // namespace aside::lab
