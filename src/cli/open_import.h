// Where an import writes to, from the URLs of stores.
//
// Thread rule: blocks; one thread, which is no worker. Ownership: where index and objects are the
// same store they are one object. Errors: as open_store.h.
#pragma once

#include <memory>

#include "cli/ground.h"
#include "cli/store_url.h"
#include "cli/upload_attempts.h"
#include "engine/ports/origin.h"

namespace aside::cli {

struct BulkStores {
    std::shared_ptr<BulkImport> index;
    std::shared_ptr<BulkImport> objects;  // the same as `index` when it is the same store
};

// Makes stores of files that are not there yet; a bucket or a table must be. `network`: started;
// needed, and may be null only when not, where the URLs need AWS. What a bucket holds is listed.
Result<BulkStores> open_imports(const StoreUrls& urls, runtime::Files& files, Ground* network,
                                const UploadLimits& limits);

}  // namespace aside::cli
