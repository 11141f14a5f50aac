#include "cli/session.h"

#include <cstdio>

namespace aside::cli {

bool print(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return std::fflush(stdout) == 0 && written;
}

int failed(const Error& error) {
    std::fprintf(stderr, "aside: %s\n", to_string(error).c_str());
    return kFailed;
}

int refused(const Error& error) {
    std::string_view rest = error.detail;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        std::fprintf(stderr, "aside: %.*s\n", static_cast<int>(end), rest.data());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return kUsage;
}

}  // namespace aside::cli
