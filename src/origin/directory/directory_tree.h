// The files of a directory store: reading, writing and removing one, and what an import leaves to
// be finished.
//
// A file is read from the first of its places (file_place.h) that has it: staged, if an import has
// been committed and not all of its files are in their places yet; plain; own; and plain once more,
// for a writer may have moved it there meanwhile. Thread rule: any thread; blocks. The directory is
// opened anew for each tree, so that one that was replaced or came back is seen. Errors: those of
// runtime/files.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/ports/origin.h"
#include "origin/directory/file_place.h"
#include "runtime/files.h"

namespace aside::origin {

struct FoundFile {
    LoadState state = LoadState::absent;
    std::string bytes;
    runtime::FileInfo info;
};

// inode, size and time of modification, in hexadecimal.
std::string validator_of(const runtime::FileInfo& info);

class DirectoryTree {
  public:
    static Result<DirectoryTree> open(const std::string& path, runtime::Files& files,
                                      bool create = false);

    Result<FoundFile> read(const FilePlace& place, const LoadRequest& request);
    Result<void> write(const FilePlace& place, std::string_view bytes);
    // Removing what is not there succeeds.
    Result<void> remove(const FilePlace& place);

    // Moves the files of a committed import to their places, or throws away those of one that was
    // not committed.
    Result<void> finish_import();
    runtime::Directory& directory() { return *directory_; }

  private:
    explicit DirectoryTree(std::unique_ptr<runtime::Directory> directory)
        : directory_(std::move(directory)) {}

    Result<bool> committed();
    Result<std::optional<FoundFile>> read_at(const std::string& name, const LoadRequest& request);
    Result<bool> names_no_file(const std::string& name);
    Result<bool> exists(const std::string& name);
    Result<void> remove_if_there(const std::string& name);
    Result<void> move_into_place(const FilePlace& place);
    template <class Use>
    Result<void> each_staged(const std::string& folder, Use use);

    std::unique_ptr<runtime::Directory> directory_;
};

}  // namespace aside::origin
