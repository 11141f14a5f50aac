// Index and ObjectStore over a directory of files: `dir:PATH`. file_place.h says where what stands.
//
// Any directory of JSON files is an object store: the file country/GB is the object "country/GB". A
// name that is a folder's is absent. Links are not followed (denied), and no name leads out of the
// directory. A validator is inode, size and time of modification of exactly the file that was read;
// a file younger than kYoung has none, for it might be written again without a change in any of the
// three.
//
// Thread rule: any worker. Ownership: `files` outlives the store; destroyed when no call is in
// progress. Errors: those of engine/ports/origin.h; bad_input for keys that no file can have;
// not_found when the directory itself is gone.
#pragma once

#include <memory>
#include <string>

#include "engine/ports/origin.h"
#include "origin/directory/directory_tree.h"

namespace aside::origin {

inline constexpr Duration kYoung = std::chrono::milliseconds(100);

class DirectoryStore final : public Index, public ObjectStore {
  public:
    // Blocks. not_found when there is no such directory.
    static Result<std::unique_ptr<DirectoryStore>> open(std::string path, runtime::Files& files);

    runtime::Task<Result<LoadedObject>> load(runtime::Worker& worker, Reference reference,
                                             LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, Reference reference,
                                    std::string body) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, Reference reference) override;

    runtime::Task<Result<LoadedIndex>> load(runtime::Worker& worker, std::string id,
                                            LoadRequest request) override;
    runtime::Task<Result<void>> put(runtime::Worker& worker, std::string id,
                                    std::vector<Reference> references) override;
    runtime::Task<Result<void>> remove(runtime::Worker& worker, std::string id) override;

  private:
    DirectoryStore(std::string path, runtime::Files& files)
        : path_(std::move(path)), files_(files) {}

    runtime::Task<Result<FoundFile>> read(runtime::Worker& worker, Result<FilePlace> place,
                                          LoadRequest request);
    runtime::Task<Result<void>> write(runtime::Worker& worker, Result<FilePlace> place,
                                      std::string bytes);
    runtime::Task<Result<void>> erase(runtime::Worker& worker, Result<FilePlace> place);

    const std::string path_;
    runtime::Files& files_;
};

}  // namespace aside::origin
