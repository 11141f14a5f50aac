#include "config/value_text.h"

namespace aside::config {

namespace {

// A query parameter whose name speaks of a secret, but not of a file that holds one.
bool is_secret_name(std::string_view name) {
    if (name.ends_with("_file")) return false;
    for (const std::string_view word :
         {"password", "passwd", "secret", "token", "signature", "key"}) {
        if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
}

std::string redact_query(std::string_view query) {
    std::string out;
    while (!query.empty()) {
        const auto end = std::min(query.find_first_of("&;"), query.size());
        const std::string_view pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        out += is_secret_name(pair.substr(0, equals)) && equals < pair.size()
                   ? std::string(pair.substr(0, equals + 1)).append("***")
                   : std::string(pair);
        if (end < query.size()) out += query[end];
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return out;
}

}  // namespace

std::string redact_url(std::string_view url) {
    std::string out;
    const auto slashes = url.find("://");
    if (slashes != std::string_view::npos) {
        out = url.substr(0, slashes + 3);
        url.remove_prefix(slashes + 3);
        // The last '@' of all: a password that was not percent-encoded may hold '@', '/' or '?'.
        // Better too much hidden than too little.
        const auto at = url.rfind('@');
        if (at != std::string_view::npos) {
            out += "***";
            url.remove_prefix(at);
        }
    }
    const auto question = std::min(url.find('?'), url.size());
    out += url.substr(0, question);
    if (question < url.size()) out.append("?").append(redact_query(url.substr(question + 1)));
    return out;
}

}  // namespace aside::config
