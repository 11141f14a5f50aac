#include "cli/store_url.h"

#include <algorithm>

#include "config/value_text.h"

namespace aside::cli {
namespace {

constexpr std::size_t kShownBytes = 200;

// Takes out "." parts and doubled slashes, by the text alone.
std::string tidy_path(std::string_view path) {
    std::string tidy(path.starts_with('/') ? "/" : "");
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (part.empty() || part == ".") continue;
        if (!tidy.empty() && tidy.back() != '/') tidy += '/';
        tidy += part;
    }
    return tidy.empty() ? "." : tidy;
}

Result<FileUrl> parse_file_url(std::string_view scheme, std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) {
        return fail(Errc::bad_input, std::string(scheme) + ": needs a path after it");
    }
    return FileUrl{scheme == "dir" ? FileUrl::Kind::directory : FileUrl::Kind::sqlite,
                   tidy_path(path)};
}

// The error's text begins with whose URL it is.
template <class Url>
Result<StoreUrl> of(Result<Url> parsed, std::string_view what) {
    if (parsed) return StoreUrl(std::move(*parsed));
    parsed.error().detail.insert(0, std::string(what) + ": ");
    return fail(std::move(parsed.error()));
}

std::unexpected<Error> holds_other(std::string_view what, std::string_view scheme,
                                   std::string_view holds, std::string_view instead) {
    std::string text(what);
    text.append(": ").append(scheme).append(" holds ").append(holds);
    return fail(Errc::unsupported, text.append("; give ").append(instead));
}

}  // namespace

Result<StoreUrl> parse_store_url(std::string_view url, std::string_view what) {
    const std::string name(what);
    if (url.empty())
        return fail(Errc::bad_input, name + ": no store is given, as in sqlite:aside.db");
    const std::size_t colon = std::min(url.find(':'), url.size());
    const std::string_view scheme = url.substr(0, colon);
    const std::string_view rest = url.substr(std::min(colon + 1, url.size()));
    const bool slashes = rest.starts_with("//");
    if (colon < url.size() && (scheme == "sqlite" || scheme == "dir")) {
        return of(parse_file_url(scheme, rest), what);
    }
    if (scheme == "s3" && slashes) return of(parse_s3_url(rest.substr(2)), what);
    if (scheme == "dynamodb" && slashes) return of(parse_dynamodb_url(rest.substr(2)), what);
    return fail(Errc::unsupported,
                name + ": \"" + config::redact_url(url.substr(0, kShownBytes)) +
                    "\" is no store this build knows; it knows sqlite:FILE, dir:DIRECTORY, "
                    "s3://BUCKET/PREFIX (objects) and dynamodb://TABLE (the index)");
}

bool StoreUrls::same() const {
    const auto* const one = std::get_if<FileUrl>(&index);
    const auto* const other = std::get_if<FileUrl>(&objects);
    return one && other && *one == *other;
}

bool StoreUrls::need_aws() const {
    return std::holds_alternative<DynamodbUrl>(index) || std::holds_alternative<S3Url>(objects);
}

Result<StoreUrls> parse_store_urls(const std::string& index_url, const std::string& objects_url) {
    auto index = parse_store_url(index_url, "index.url");
    if (!index) return fail(std::move(index.error()));
    auto objects = parse_store_url(objects_url, "objects.url");
    if (!objects) return fail(std::move(objects.error()));
    if (std::holds_alternative<S3Url>(*index)) {
        return holds_other("index.url", "s3:", "objects", "dynamodb:, sqlite: or dir:");
    }
    if (std::holds_alternative<DynamodbUrl>(*objects)) {
        return holds_other("objects.url", "dynamodb:", "the index", "s3:, sqlite: or dir:");
    }
    StoreUrls urls;
    if (auto* const file = std::get_if<FileUrl>(&*index)) urls.index = std::move(*file);
    if (auto* const table = std::get_if<DynamodbUrl>(&*index)) urls.index = std::move(*table);
    if (auto* const file = std::get_if<FileUrl>(&*objects)) urls.objects = std::move(*file);
    if (auto* const bucket = std::get_if<S3Url>(&*objects)) urls.objects = std::move(*bucket);
    return urls;
}

}  // namespace aside::cli
