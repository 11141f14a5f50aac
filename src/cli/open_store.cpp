#include "cli/open_store.h"

#include "config/value_text.h"
#include "origin/directory/directory_import.h"
#include "origin/directory/directory_store.h"
#include "origin/sqlite/sqlite_import.h"
#include "origin/sqlite/sqlite_store.h"

namespace aside::cli {
namespace {

using Scheme = StoreUrl::Scheme;

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

Result<Stores> open_one(const StoreUrl& url, runtime::Files& files,
                        const origin::SqliteOptions& sqlite) {
    if (url.scheme == Scheme::sqlite) {
        auto opened = origin::SqliteStore::open(url.path, sqlite);
        if (!opened) return fail(std::move(opened.error()));
        const std::shared_ptr<origin::SqliteStore> store = std::move(*opened);
        return Stores{store, store};
    }
    auto opened = origin::DirectoryStore::open(url.path, files);
    if (!opened) return fail(std::move(opened.error()));
    const std::shared_ptr<origin::DirectoryStore> store = std::move(*opened);
    return Stores{store, store};
}

Result<std::shared_ptr<BulkImport>> begin_one(const StoreUrl& url, runtime::Files& files) {
    if (url.scheme == Scheme::sqlite) {
        auto begun = origin::SqliteImport::begin(url.path);
        if (!begun) return fail(std::move(begun.error()));
        return std::shared_ptr<BulkImport>(std::move(*begun));
    }
    auto begun = origin::DirectoryImport::begin(url.path, files);
    if (!begun) return fail(std::move(begun.error()));
    return std::shared_ptr<BulkImport>(std::move(*begun));
}

struct TwoUrls {
    StoreUrl index;
    StoreUrl objects;
};
Result<TwoUrls> parse_both(const std::string& index_url, const std::string& objects_url) {
    auto index = parse_store_url(index_url, "index.url");
    if (!index) return fail(std::move(index.error()));
    auto objects = parse_store_url(objects_url, "objects.url");
    if (!objects) return fail(std::move(objects.error()));
    return TwoUrls{std::move(*index), std::move(*objects)};
}

}  // namespace

Result<StoreUrl> parse_store_url(std::string_view url, std::string_view what) {
    const std::string name(what);
    if (url.empty())
        return fail(Errc::bad_input, name + ": no store is given, as in sqlite:aside.db");
    const std::size_t colon = url.find(':');
    const std::string_view scheme = url.substr(0, colon);
    const bool known = colon != std::string_view::npos && (scheme == "sqlite" || scheme == "dir");
    if (!known) {
        return fail(Errc::unsupported, name + ": \"" + config::redact_url(url.substr(0, 200)) +
                                           "\" is no store this build knows; it knows sqlite:FILE "
                                           "and dir:DIRECTORY");
    }
    const std::string_view path = url.substr(colon + 1);
    if (path.empty() || path.find('\0') != std::string_view::npos) {
        return fail(Errc::bad_input, name + ": " + std::string(scheme) + ": needs a path after it");
    }
    return StoreUrl{scheme == "dir" ? Scheme::directory : Scheme::sqlite, tidy_path(path)};
}

Result<Stores> open_stores(const std::string& index_url, const std::string& objects_url,
                           runtime::Files& files, const origin::SqliteOptions& sqlite) {
    const auto urls = parse_both(index_url, objects_url);
    if (!urls) return fail(urls.error());
    auto index = open_one(urls->index, files, sqlite);
    if (!index || urls->index == urls->objects) return index;
    auto objects = open_one(urls->objects, files, sqlite);
    if (!objects) return objects;
    return Stores{std::move(index->index), std::move(objects->objects)};
}

Result<Stores> open_stores(const config::Config& config, runtime::Files& files) {
    using namespace config::parameter;
    const origin::SqliteOptions sqlite{
        .busy_wait = config.get(sqlite_busy_wait),
        .max_waiting_writes = static_cast<std::size_t>(config.get(sqlite_max_waiting_writes))};
    return open_stores(config.get(index_url), config.get(objects_url), files, sqlite);
}

Result<BulkStores> open_imports(const std::string& index_url, const std::string& objects_url,
                                runtime::Files& files) {
    const auto urls = parse_both(index_url, objects_url);
    if (!urls) return fail(urls.error());
    auto index = begin_one(urls->index, files);
    if (!index) return fail(std::move(index.error()));
    if (urls->index == urls->objects) return BulkStores{*index, *index};
    auto objects = begin_one(urls->objects, files);
    if (!objects) return fail(std::move(objects.error()));
    return BulkStores{std::move(*index), std::move(*objects)};
}

}  // namespace aside::cli
