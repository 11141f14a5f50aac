// A bulk import into a directory store.
//
// Every file is first written below .aside/import; then one small file, .aside/committed, is
// written, and from that moment readers take the staged files for the real ones; then they are
// moved to their places and the mark is removed. Killed before the mark, nothing is seen, and the
// next import throws the rest away; killed after it, everything is seen, and the next import
// finishes the moves. What the import does not name stays. One import at a time: two at once would
// stage into one place. Writes to the same keys while the files are being moved may be lost.
//
// Thread rule: one thread; blocks. Errors: those of file_place.h and runtime/files.h; conflict for
// a key that came before.
#pragma once

#include <memory>
#include <string>

#include "origin/directory/directory_tree.h"

namespace aside::origin {

class DirectoryImport final : public BulkImport {
  public:
    // Makes the directory when it is not there. `files` outlives the import.
    static Result<std::unique_ptr<DirectoryImport>> begin(const std::string& path,
                                                          runtime::Files& files);
    // Throws away what was staged, unless it was committed.
    ~DirectoryImport() override;

    Result<void> put_object(const Reference& reference, std::string_view body) override;
    Result<void> put_item(std::string_view id, std::span<const Reference> references) override;
    Result<void> commit() override;

  private:
    explicit DirectoryImport(DirectoryTree tree) : tree_(std::move(tree)) {}
    Result<void> stage(const Result<FilePlace>& place, std::string_view bytes,
                       std::string_view what);

    DirectoryTree tree_;
    bool committed_ = false;
};

}  // namespace aside::origin
