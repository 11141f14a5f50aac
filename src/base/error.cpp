#include "base/error.h"

namespace aside {

std::string_view name_of(Errc code) {
    switch (code) {
        case Errc::bad_input:
            return "bad_input";
        case Errc::too_large:
            return "too_large";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::unsupported:
            return "unsupported";
        case Errc::deadline:
            return "deadline";
        case Errc::cancelled:
            return "cancelled";
        case Errc::overloaded:
            return "overloaded";
        case Errc::throttled:
            return "throttled";
        case Errc::bytes_in_flight:
            return "bytes_in_flight";
        case Errc::refused:
            return "refused";
        case Errc::connection_lost:
            return "connection_lost";
        case Errc::timed_out:
            return "timed_out";
        case Errc::protocol:
            return "protocol";
        case Errc::busy:
            return "busy";
        case Errc::corrupt:
            return "corrupt";
        case Errc::read_only:
            return "read_only";
        case Errc::full:
            return "full";
        case Errc::denied:
            return "denied";
        case Errc::io:
            return "io";
        case Errc::internal:
            return "internal";
    }
    return "unknown";
}

std::string to_string(const Error& error) {
    std::string text(name_of(error.code));
    if (!error.detail.empty()) text.append(": ").append(error.detail);
    return text;
}

}  // namespace aside
