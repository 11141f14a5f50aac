#include "cli/open_import.h"

#include "cli/bulk_upload.h"
#include "cli/open_store.h"
#include "origin/directory/directory_import.h"
#include "origin/sqlite/sqlite_import.h"
#include "runtime/os/run_task.h"

namespace aside::cli {
namespace {

Result<std::shared_ptr<BulkImport>> begin_files(const FileUrl& url, runtime::Files& files) {
    if (url.kind == FileUrl::Kind::sqlite) {
        auto begun = origin::SqliteImport::begin(url.path);
        if (!begun) return fail(std::move(begun.error()));
        return std::shared_ptr<BulkImport>(std::move(*begun));
    }
    auto begun = origin::DirectoryImport::begin(url.path, files);
    if (!begun) return fail(std::move(begun.error()));
    return std::shared_ptr<BulkImport>(std::move(*begun));
}

Result<std::shared_ptr<BulkImport>> begin_bucket(const S3Url& url, Ground& network,
                                                 const UploadLimits& limits) {
    auto store = open_bucket(url, network);
    if (!store) return fail(std::move(store.error()));
    auto there = runtime::run_task(*network.runtime, 0, [&](runtime::Worker& worker) {
        return list_objects(worker, **store);
    });
    if (!there) {
        return fail(there.error().code, "objects.url: listing the bucket: " + there.error().detail);
    }
    return std::make_shared<ObjectUpload>(*network.runtime, std::move(*store), std::move(*there),
                                          limits);
}

// As many references as a record may have, which is looked at where it is read.
constexpr std::size_t kMostReferences = 100'000;

Result<std::shared_ptr<BulkImport>> begin_table(const DynamodbUrl& url, Ground& network,
                                                const UploadLimits& limits) {
    auto store = open_table(url, kMostReferences, network);
    if (!store) return fail(std::move(store.error()));
    return std::make_shared<ItemUpload>(*network.runtime, std::move(*store), limits);
}

}  // namespace

Result<BulkStores> open_imports(const StoreUrls& urls, runtime::Files& files, Ground* network,
                                const UploadLimits& limits) {
    const auto* const table = std::get_if<DynamodbUrl>(&urls.index);
    auto index = table ? begin_table(*table, *network, limits)
                       : begin_files(std::get<FileUrl>(urls.index), files);
    if (!index) return fail(std::move(index.error()));
    if (urls.same()) return BulkStores{*index, *index};
    const auto* const bucket = std::get_if<S3Url>(&urls.objects);
    auto objects = bucket ? begin_bucket(*bucket, *network, limits)
                          : begin_files(std::get<FileUrl>(urls.objects), files);
    if (!objects) return fail(std::move(objects.error()));
    return BulkStores{std::move(*index), std::move(*objects)};
}

}  // namespace aside::cli
