#include "runtime/os/files.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/os/directory.h"

namespace aside::runtime {

namespace {

constexpr std::size_t kReadStep = 64 * 1024;

Result<std::size_t> read_some_of(int file, std::span<char> into, const std::string& path) {
    for (;;) {
        const ssize_t count = ::read(file, into.data(), into.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return fail(system_error(errno, path));
    }
}

class OsSource final : public ByteSource {
  public:
    OsSource(Descriptor file, std::string path, std::uint64_t size_bytes)
        : file_(std::move(file)), path_(std::move(path)), size_bytes_(size_bytes) {}
    Result<std::size_t> read(std::span<char> into) override {
        return read_some_of(file_.get(), into, path_);
    }
    std::uint64_t size_bytes() const override { return size_bytes_; }

  private:
    const Descriptor file_;
    const std::string path_;
    const std::uint64_t size_bytes_;
};

// Makes a directory and its parents. `path` is the operator's: links are followed.
Result<void> make_directories(const std::string& path) {
    for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) {
            return fail(system_error(errno, part));
        }
        if (slash == std::string::npos) return {};
    }
}

}  // namespace

Result<std::unique_ptr<Directory>> OsFiles::open_directory(const std::string& path, bool create) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    Descriptor opened(::open(path.c_str(), kFlags));
    if (!opened && errno == ENOENT && create) {
        if (auto made = make_directories(path); !made) return fail(std::move(made.error()));
        opened = Descriptor(::open(path.c_str(), kFlags));
    }
    if (!opened) return fail(system_error(errno, path));
    return std::make_unique<OsDirectory>(std::move(opened));
}

Result<std::string> OsFiles::read_file(const std::string& path, std::uint64_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) return fail(system_error(errno, path));
    struct ::stat status;
    if (::fstat(file.get(), &status) != 0) return fail(system_error(errno, path));
    if (!S_ISREG(status.st_mode)) return fail(Errc::denied, path + " is not a regular file");
    std::string bytes;
    // Not by its size: it may grow, and files in /proc have none.
    for (;;) {
        const std::size_t have = bytes.size();
        const auto size = static_cast<std::uint64_t>(status.st_size);
        if (have > max_bytes || size > max_bytes) {
            return fail(Error{Errc::too_large, path + " is too large", std::max(size, have)});
        }
        bytes.resize(have + kReadStep);
        const auto got = read_some_of(file.get(), std::span(bytes).subspan(have), path);
        if (!got) return fail(got.error());
        bytes.resize(have + *got);
        if (*got == 0) return bytes;
    }
}

Result<std::unique_ptr<ByteSource>> OsFiles::open_source(const std::string& path) {
    Descriptor file(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail(system_error(errno, path));
    struct ::stat status;
    if (::fstat(file.get(), &status) != 0) return fail(system_error(errno, path));
    if (S_ISDIR(status.st_mode)) return fail(Errc::denied, path + " is a directory");
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    const auto size = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
    return std::make_unique<OsSource>(std::move(file), path, size);
}

}  // namespace aside::runtime
