// A runtime::Directory on an open directory. Thread rule: any thread; every call blocks. Ownership:
// owns the descriptor.
#pragma once

#include "runtime/files.h"
#include "runtime/os/descriptor.h"

namespace aside::runtime {

class OsDirectory final : public Directory {
  public:
    explicit OsDirectory(Descriptor directory) : directory_(std::move(directory)) {}

    Result<FileContent> read(std::string_view name, std::uint64_t max_bytes,
                             const std::function<bool(std::uint64_t)>& admit) override;
    Result<FileInfo> stat(std::string_view name) override;
    Result<void> write(std::string_view name, std::string_view bytes) override;
    Result<void> remove(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> write_unsynced(std::string_view name, std::string_view bytes) override;
    Result<void> rename_unsynced(std::string_view from, std::string_view to) override;
    Result<void> sync() override;
    Result<std::vector<std::string>> list(std::string_view name) override;

  private:
    Result<void> replace(std::string_view name, std::string_view bytes, bool synced);
    Result<void> move(std::string_view from, std::string_view to, bool synced);

    Descriptor directory_;
};

}  // namespace aside::runtime
