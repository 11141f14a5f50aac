#include "config/value_text.h"

namespace aside::config {

namespace {

// A query parameter whose name speaks of a secret, but not of a file that holds one, nor of an
// attribute of a table.
bool is_secret_name(std::string_view scheme, std::string_view name) {
    if (name.ends_with("_file")) return false;
    if (scheme == "dynamodb" && (name == "key" || name == "object_key")) return false;
    for (const std::string_view word :
         {"password", "passwd", "secret", "token", "signature", "key"}) {
        if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
}

// User-info of a URL that is itself a parameter, with its '@' encoded.
bool has_user_info(std::string_view value) {
    return value.find("%40") != std::string_view::npos;
}

std::string redact_query(std::string_view scheme, std::string_view query) {
    std::string out;
    while (!query.empty()) {
        const auto end = std::min(query.find_first_of("&;"), query.size());
        const std::string_view pair = query.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        const bool hidden =
            is_secret_name(scheme, pair.substr(0, equals)) || has_user_info(pair.substr(equals));
        out += hidden && equals < pair.size()
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
    const std::string_view scheme = url.substr(0, std::min(slashes, url.size()));
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
    if (question < url.size())
        out.append("?").append(redact_query(scheme, url.substr(question + 1)));
    return out;
}

}  // namespace aside::config
