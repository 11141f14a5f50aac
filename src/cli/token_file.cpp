#include "cli/token_file.h"

#include <algorithm>

namespace aside::cli {

Result<std::string> read_token(runtime::Files& files, const std::string& path) {
    constexpr std::size_t kMaxTokenBytes = 1024;
    if (path.empty()) return std::string();
    auto text = files.read_file(path, kMaxTokenBytes);
    if (!text) return fail(Errc::bad_input, "admin.token_file: " + to_string(text.error()));
    while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
    const bool is_token =
        !text->empty() && std::ranges::all_of(*text, [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_token) {
        return fail(Errc::bad_input,
                    "admin.token_file: expected one line of printable characters without spaces");
    }
    return std::move(*text);
}

}  // namespace aside::cli
