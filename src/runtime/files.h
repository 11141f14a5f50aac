// Files, as far as Aside needs them: a directory nobody can get out of, and plain whole-file reads
// and line streams.
//
// Names below a Directory are relative, '/'-separated paths; resolving one never follows a link,
// "..", an absolute name or a NUL out of the directory (Linux openat2 with RESOLVE_BENEATH |
// RESOLVE_NO_SYMLINKS): such a name is Errc::denied or bad_input. Thread rule: calls block; make
// them on the blocking pool (or in a command-line tool). Objects may be used from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aside::runtime {

struct FileInfo {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;  // wall time
    std::uint64_t inode = 0;       // changes when the file is replaced
};

struct FileContent {
    FileInfo info;  // of exactly the bytes read
    std::string bytes;
};

class Directory {
  public:
    virtual ~Directory() = default;
    // not_found, denied, too_large (over max_bytes, read nothing; Error::amount = its size), io.
    // `admit(size)` is asked before memory is taken; false: bytes_in_flight with Error::amount.
    virtual Result<FileContent> read(std::string_view name, std::uint64_t max_bytes,
                                     const std::function<bool(std::uint64_t)>& admit = {}) = 0;
    virtual Result<FileInfo> stat(std::string_view name) = 0;
    // All or nothing: readers see the old bytes or the new ones. Makes parent directories. Durable
    // once it returns. full, read_only, denied, io.
    virtual Result<void> write(std::string_view name, std::string_view bytes) = 0;
    virtual Result<void> remove(std::string_view name) = 0;  // not_found
    virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
    // As write and rename, still all or nothing to readers, but sure to survive a loss of power
    // only after sync(): for many files at once.
    virtual Result<void> write_unsynced(std::string_view name, std::string_view bytes) {
        return write(name, bytes);
    }
    virtual Result<void> rename_unsynced(std::string_view from, std::string_view to) {
        return rename(from, to);
    }
    virtual Result<void> sync() { return {}; }
    // Names in a sub-directory ("" = itself), unordered; directories end in '/'.
    virtual Result<std::vector<std::string>> list(std::string_view name) = 0;
};

// A source of bytes read piece by piece: a file, or standard input.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    virtual Result<std::size_t> read(std::span<char> into) = 0;  // 0 at the end
    virtual std::uint64_t size_bytes() const = 0;                // 0 when not known
};

class Files {
  public:
    virtual ~Files() = default;
    virtual Result<std::unique_ptr<Directory>> open_directory(const std::string& path,
                                                              bool create) = 0;
    virtual Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) = 0;
    virtual Result<std::unique_ptr<ByteSource>> open_source(
        const std::string& path) = 0;  // "-" = standard input
};

}  // namespace aside::runtime
