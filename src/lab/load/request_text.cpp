#include "lab/load/request_text.h"

#include <algorithm>

namespace aside::lab::load {

RequestText::RequestText(const RequestPattern& pattern) : path_of_(pattern.path_of) {
    std::string_view rest = pattern.path;
    for (std::size_t at; (at = rest.find("{}")) != std::string_view::npos;) {
        path_parts_.emplace_back(rest.substr(0, at));
        rest.remove_prefix(at + 2);
    }
    path_parts_.emplace_back(rest);
    end_ = " HTTP/1.1\r\nHost: " + pattern.host + "\r\n" + pattern.fields + "\r\n";
}

Result<void> check(const RequestPattern& pattern) {
    const auto is_visible = [](char byte) { return byte > ' ' && byte < 127; };
    if (!pattern.path_of) {
        if (!pattern.path.starts_with('/'))
            return fail(Errc::bad_input, "a path begins with /: " + pattern.path);
        if (!std::ranges::all_of(pattern.path, is_visible))
            return fail(Errc::bad_input, "a path is percent-encoded: no spaces, no other letters");
    }
    if (!std::ranges::all_of(pattern.host, is_visible))
        return fail(Errc::bad_input, "the host's name holds what no name may");
    std::string_view rest = pattern.fields;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        const std::size_t colon = line.find(':');
        const bool named = colon != std::string_view::npos && colon > 0 &&
                           std::ranges::all_of(line.substr(0, colon), is_visible);
        const auto is_text = [](char byte) { return byte == '\t' || (byte >= ' ' && byte != 127); };
        if (!named || line.size() == rest.size() ||
            !std::ranges::all_of(line.substr(colon), is_text)) {
            return fail(Errc::bad_input, "not a header field: " + std::string(line));
        }
        rest.remove_prefix(line.size() + 2);
    }
    return {};
}

}  // namespace aside::lab::load
