// What another party wrote, made fit for a message of ours: one line, bounded, without what a
// terminal would act upon. Thread rule: a pure function.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace aside::wire {

inline std::string one_line(std::string_view text) {
    constexpr std::size_t kMostShown = 200;
    std::string line(text.substr(0, kMostShown));
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
    return line;
}

}  // namespace aside::wire
