// From the URLs of stores to the stores: the one place that knows the schemes.
//
//   sqlite:PATH   index and objects     dir:PATH   index and objects
//
// Thread rule: blocks; one thread. Ownership: where index and objects are the same store they are
// one object, with one writer. Errors: bad_input (no URL, no path), unsupported (a scheme that is
// not known: says which are), and the store's.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "engine/ports/origin.h"
#include "origin/sqlite/sqlite_store.h"
#include "runtime/files.h"

namespace aside::cli {

struct Stores {
    std::shared_ptr<Index> index;
    std::shared_ptr<ObjectStore> objects;
};
Result<Stores> open_stores(const std::string& index_url, const std::string& objects_url,
                           runtime::Files& files, const origin::SqliteOptions& sqlite = {});
Result<Stores> open_stores(const config::Config& config, runtime::Files& files);

struct BulkStores {
    std::shared_ptr<BulkImport> index;
    std::shared_ptr<BulkImport> objects;  // the same as `index` when it is the same store
};
// Makes stores that are not there yet.
Result<BulkStores> open_imports(const std::string& index_url, const std::string& objects_url,
                                runtime::Files& files);

struct StoreUrl {
    enum class Scheme : std::uint8_t { sqlite, directory };
    Scheme scheme = Scheme::sqlite;
    std::string path;  // "./a//b" and "a/b" are both "a/b"
    bool operator==(const StoreUrl&) const = default;
};
// `what` ("--index") is named in the error.
Result<StoreUrl> parse_store_url(std::string_view url, std::string_view what);

}  // namespace aside::cli
