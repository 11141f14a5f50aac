#include "cli/session.h"

#include <cstdio>

namespace aside::cli {

std::string shown(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool lead_of_c1 =
            byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (lead_of_c1) ++i;
        out += byte < 0x20 || byte == 0x7f || lead_of_c1 ? '?' : text[i];
    }
    return out;
}

bool print(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return std::fflush(stdout) == 0 && written;
}

int failed(const Error& error) {
    std::fprintf(stderr, "aside: %s\n", shown(to_string(error)).c_str());
    return error.code == Errc::bad_input ? kUsage : kFailed;
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
