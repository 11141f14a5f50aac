// From the URLs of stores to the stores: the one place that knows what stands behind each scheme.
//
// Thread rule: blocks; one thread. Ownership: where index and objects are the same store they are
// one object, with one writer. Errors: those of the URLs and of AWS's settings, which begin with
// whose URL it is; those of the stores. A store that is reached over the network is not asked
// anything yet: whether it is there is seen by its first answer (origin_probe.h).
#pragma once

#include <string>

#include "cli/ground.h"
#include "cli/store_url.h"
#include "cli/stores.h"
#include "origin/dynamodb/dynamodb_store.h"
#include "origin/s3/s3_store.h"
#include "origin/sqlite/sqlite_store.h"

namespace aside::cli {

struct StoreOptions {
    origin::SqliteOptions sqlite;
    std::size_t max_references = 1000;  // items.max_refs
};

// The stores refer to the ground.
Result<Stores> open_stores(const StoreUrls& urls, const StoreOptions& options,
                           runtime::Files& files, Ground& ground);
// One of them.
Result<Stores> open_files(const FileUrl& url, const origin::SqliteOptions& sqlite,
                          runtime::Files& files);
Result<std::shared_ptr<origin::S3Store>> open_bucket(const S3Url& url, Ground& ground);
Result<std::shared_ptr<origin::DynamodbStore>> open_table(const DynamodbUrl& url,
                                                          std::size_t max_references,
                                                          Ground& ground);

StoreOptions store_options(const config::Config& config);

}  // namespace aside::cli
