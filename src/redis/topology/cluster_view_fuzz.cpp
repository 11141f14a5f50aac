// Any frame is an answer, or none; an answer's ranges are sorted, apart, and have someone to dial.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "redis/topology/cluster_view.h"
#include "redis/topology/node_numbers.h"
#include "redis/topology/slot_map.h"

using namespace aside;
using namespace aside::redis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    wire::RespReader reader;
    if (reader.read(bytes) != wire::RespReader::Result::frame) return 0;
    auto view = parse_cluster_slots(reader.root(), {"asked.example", 7000});
    if (!view) return 0;
    if (view->ranges.empty() || view->covered_slots() > kSlots) std::abort();
    int last = -1;
    for (const SlotOwners& range : view->ranges) {
        if (range.slots.first <= last || range.slots.last < range.slots.first) std::abort();
        if (range.primary.endpoint.host.empty() || range.primary.endpoint.port == 0) std::abort();
        last = range.slots.last;
    }
    add_cluster_info(*view, bytes);
    NodeNumbers numbers;
    const auto map = SlotMap::from_view(*view, numbers, 1);
    if (map->covered_slots() != view->covered_slots()) std::abort();
    return 0;
}
