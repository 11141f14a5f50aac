// Numbers given to a test binary after gtest's own flags: first_seed=500 seeds=100 tell=1
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aside::lab {

inline std::uint64_t argument(std::string_view name, std::uint64_t otherwise) {
    for (const std::string& given : testing::internal::GetArgvs()) {
        if (given.starts_with(name) && given.size() > name.size() && given[name.size()] == '=') {
            return std::stoull(given.substr(name.size() + 1));
        }
    }
    return otherwise;
}

}  // namespace aside::lab
