// Bulk imports into stores that are reached over the network.
//
// Nothing is all or nothing there: each write is seen when it is made, and an import that ends
// early has written what it has written. Made again, it passes over objects that are there already,
// byte for byte. A key that comes twice in one data set is refused, for two writes at once have no
// order (looked at for the first kMostCompared; 16 bytes each).
//
// Thread rule: as BulkImport's; the writes run on the runtime's first worker. Ownership: owns its
// store; borrows the runtime, which has been started. Errors: the store's, of this write or of an
// earlier one, with the key's name; conflict.
#pragma once

#include <unordered_set>

#include "cli/objects_there.h"
#include "cli/upload_queue.h"
#include "engine/ports/origin.h"

namespace aside::cli {

inline constexpr std::size_t kMostCompared = 4'000'000;

// Which names there were.
class NamesSeen {
  public:
    // False: it came before.
    bool add(std::uint64_t hash) {
        return hashes_.size() >= kMostCompared || hashes_.insert(hash).second;
    }

  private:
    std::unordered_set<std::uint64_t> hashes_;
};

class ObjectUpload final : public BulkImport {
  public:
    ObjectUpload(runtime::Runtime& runtime, std::shared_ptr<ObjectStore> store, ObjectsThere there,
                 UploadLimits limits);
    Result<void> put_object(const Reference& reference, std::string_view body) override;
    Result<void> put_item(std::string_view id, std::span<const Reference> references) override;
    Result<void> commit() override;
    std::uint64_t skipped() const override { return skipped_; }
    bool writes_behind() const override { return true; }

  private:
    const std::shared_ptr<ObjectStore> store_;
    const ObjectsThere there_;
    NamesSeen seen_;
    std::uint64_t skipped_ = 0;
    UploadQueue queue_;
};

// So many items are written together, for DynamoDB takes them in one request.
inline constexpr std::size_t kItemsTogether = 25;

class ItemUpload final : public BulkImport {
  public:
    ItemUpload(runtime::Runtime& runtime, std::shared_ptr<Index> store, UploadLimits limits);
    Result<void> put_object(const Reference& reference, std::string_view body) override;
    Result<void> put_item(std::string_view id, std::span<const Reference> references) override;
    Result<void> commit() override;
    bool writes_behind() const override { return true; }

  private:
    Result<void> send_pending();

    const std::shared_ptr<Index> store_;
    NamesSeen seen_;
    std::vector<Upload> pending_;
    UploadQueue queue_;
};

}  // namespace aside::cli
