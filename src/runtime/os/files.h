// The real file system behind runtime::Files.
//
// Below a Directory, names are resolved by the kernel (openat2: RESOLVE_BENEATH, no links, no magic
// links), so nothing another process does to the tree in the meantime leads out of it; only regular
// files are read, and opening anything else does not block. On kernels without openat2 a name is
// walked part by part, following no link. A write goes to a name that starts with kTemporaryPrefix
// beside its target, is synced, and takes the target's place; the directory is synced too. What a
// crash leaves of it is never read nor listed. Thread rule: any thread; every call blocks.
#pragma once

#include "runtime/files.h"

namespace aside::runtime {

inline constexpr std::string_view kTemporaryPrefix = ".aside-tmp-";

class OsFiles final : public Files {
  public:
    Result<std::unique_ptr<Directory>> open_directory(const std::string& path,
                                                      bool create) override;
    Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) override;
    Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) override;
};

}  // namespace aside::runtime
