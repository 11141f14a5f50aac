#include "lab/article/redirect.h"

#include <charconv>

namespace aside::lab {

std::optional<Redirect> parse_redirect(std::string_view error, const runtime::Endpoint& from) {
    const bool ask = error.starts_with("ASK ");
    if (!ask && !error.starts_with("MOVED ")) return std::nullopt;
    const std::size_t place = error.rfind(' ') + 1;
    const std::size_t colon = error.rfind(':');  // the last: IPv6 addresses stand without brackets
    if (colon == std::string_view::npos || colon < place) return std::nullopt;
    Redirect redirect{.to = {std::string(error.substr(place, colon - place)), 0}, .ask = ask};
    if (redirect.to.host.empty()) redirect.to.host = from.host;
    const char* const end = error.data() + error.size();
    const auto read = std::from_chars(error.data() + colon + 1, end, redirect.to.port);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return redirect;
}

}  // namespace aside::lab
