#include "wire/entity_tag.h"

namespace aside::wire {

std::array<char, 18> entity_tag(std::uint64_t hash) {
    constexpr char kHex[] = "0123456789abcdef";
    std::array<char, 18> tag;
    tag.front() = tag.back() = '"';
    for (std::size_t at = 16; at > 0; --at, hash >>= 4) tag[at] = kHex[hash & 0xf];
    return tag;
}

bool names_tag(std::string_view list, std::string_view tag) {
    if (list == "*") return true;
    for (;;) {
        const std::size_t start = list.find_first_not_of(" \t,");
        if (start == std::string_view::npos) return false;
        list.remove_prefix(start);
        if (list.starts_with("W/")) list.remove_prefix(2);
        if (!list.starts_with('"')) return false;
        const std::size_t end = list.find('"', 1);
        if (end == std::string_view::npos) return false;
        if (list.substr(0, end + 1) == tag) return true;
        list.remove_prefix(end + 1);
        const std::size_t next = list.find_first_not_of(" \t");
        if (next == std::string_view::npos || list[next] != ',') return false;
    }
}

}  // namespace aside::wire
