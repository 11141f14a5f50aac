#include "cli/open_store.h"

#include "cli/aws_stores.h"
#include "cli/options_from_config.h"
#include "origin/directory/directory_store.h"

namespace aside::cli {
namespace {

std::unexpected<Error> of_url(std::string_view whose, const Error& error) {
    return fail(error.code, std::string(whose) + ": " + error.detail);
}

}  // namespace

Result<Stores> open_files(const FileUrl& url, const origin::SqliteOptions& sqlite,
                          runtime::Files& files) {
    if (url.kind == FileUrl::Kind::sqlite) {
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

Result<std::shared_ptr<origin::S3Store>> open_bucket(const S3Url& url, Ground& ground) {
    constexpr std::string_view kWhose = "objects.url";
    const auto place = ground.aws.place(aws::Service::s3, url.region, url.endpoint);
    if (!place) return of_url(kWhose, place.error());
    auto options = s3_options(url, *place, ground.aws.client_options("s3", place->at));
    if (!options) return of_url(kWhose, options.error());
    const auto provider = ground.aws.provider();
    if (!provider) return fail(provider.error());
    return std::make_shared<origin::S3Store>(std::move(*options), ground.runtime->worker_count(),
                                             **provider, ground.registry, &ground.log);
}

Result<std::shared_ptr<origin::DynamodbStore>> open_table(const DynamodbUrl& url,
                                                          std::size_t max_references,
                                                          Ground& ground) {
    const auto place = ground.aws.place(aws::Service::dynamodb, url.region, url.endpoint);
    if (!place) return of_url("index.url", place.error());
    const auto provider = ground.aws.provider();
    if (!provider) return fail(provider.error());
    return std::make_shared<origin::DynamodbStore>(
        dynamodb_options(url, *place, ground.aws.client_options("dynamodb", place->at),
                         max_references),
        ground.runtime->worker_count(), **provider, ground.registry, &ground.log);
}

Result<Stores> open_stores(const StoreUrls& urls, const StoreOptions& options,
                           runtime::Files& files, Ground& ground) {
    Stores stores;
    if (const auto* const table = std::get_if<DynamodbUrl>(&urls.index)) {
        auto opened = open_table(*table, options.max_references, ground);
        if (!opened) return fail(std::move(opened.error()));
        stores.index = std::move(*opened);
    } else {
        auto opened = open_files(std::get<FileUrl>(urls.index), options.sqlite, files);
        if (!opened || urls.same()) return opened;
        stores.index = std::move(opened->index);
    }
    if (const auto* const bucket = std::get_if<S3Url>(&urls.objects)) {
        auto opened = open_bucket(*bucket, ground);
        if (!opened) return fail(std::move(opened.error()));
        stores.objects = std::move(*opened);
    } else {
        auto opened = open_files(std::get<FileUrl>(urls.objects), options.sqlite, files);
        if (!opened) return opened;
        stores.objects = std::move(opened->objects);
    }
    return stores;
}

StoreOptions store_options(const config::Config& config) {
    using namespace config::parameter;
    StoreOptions options;
    options.sqlite = {
        .busy_wait = config.get(sqlite_busy_wait),
        .max_waiting_writes = static_cast<std::size_t>(config.get(sqlite_max_waiting_writes))};
    options.max_references = static_cast<std::size_t>(config.get(items_max_refs));
    return options;
}

}  // namespace aside::cli
