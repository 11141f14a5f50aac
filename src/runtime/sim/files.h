// Files in memory, with faults: what the stores are tested on where a real disk cannot be made to
// fail.
//
// A file system holds whole files by absolute path; directories are implied by the files below them
// and by create. Writes are all or nothing, as runtime::Directory demands. Faults are public fields
// and may change at any time between calls. Thread rule: the world's thread (blocking calls run
// inline there). Ownership: directories and sources refer to it.
#pragma once

#include <map>
#include <set>

#include "base/random.h"
#include "runtime/files.h"
#include "runtime/sim/network.h"

namespace aside::runtime {

class SimWorld;

struct FileFaults {
    std::uint64_t capacity_bytes = ~std::uint64_t{0};  // writes over it are Errc::full
    bool read_only = false;
    bool denied = false;  // every call
    Ratio io_error;       // per call, after which nothing has changed
};

class SimFiles final : public Files {
  public:
    // `world` tells the time of modifications and gives the seed.
    explicit SimFiles(SimWorld& world);

    FileFaults faults;

    Result<std::unique_ptr<Directory>> open_directory(const std::string& path,
                                                      bool create) override;
    Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) override;
    Result<std::unique_ptr<ByteSource>> open_source(const std::string& path) override;

    // Puts a file there, past all faults: for setting up a test.
    void put(const std::string& path, std::string bytes);
    std::uint64_t used_bytes() const;

    // For the directories of this file system; paths are absolute.
    Result<FileContent> read_content(const std::string& path, std::uint64_t max_bytes,
                                     const std::function<bool(std::uint64_t)>& admit);
    Result<FileInfo> info(const std::string& path);
    Result<void> replace(const std::string& path, std::string_view bytes);
    Result<void> remove(const std::string& path);
    Result<void> rename(const std::string& from, const std::string& to);
    Result<std::vector<std::string>> list(const std::string& path);

  private:
    struct File {
        FileInfo info;
        std::string bytes;
    };
    Result<void> fault(bool writes);
    Result<File*> find(const std::string& path);
    bool is_directory(const std::string& path) const;
    // not_found of a parent that is a file, denied: what an ordinary file system says.
    Result<void> check_place(const std::string& path) const;

    SimWorld& world_;
    Random random_;
    std::map<std::string, File> files_;
    std::set<std::string> directories_;
    std::uint64_t next_inode_ = 1;
};

}  // namespace aside::runtime
