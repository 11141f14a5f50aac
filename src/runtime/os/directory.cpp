#include "runtime/os/directory.h"

#include <atomic>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/os/beneath.h"
#include "runtime/os/files.h"

namespace aside::runtime {

namespace {

constexpr int kReadAttempts = 3;  // of a file that changes while it is read

bool is_temporary(std::string_view name) {
    return name.substr(name.rfind('/') + 1).starts_with(kTemporaryPrefix);
}

// Reads no other process may see half of, nor a caller ask for.
Result<void> check_ours(std::string_view name) {
    if (is_temporary(name)) return fail(Errc::denied, "a name kept for files being written");
    return {};
}

FileInfo info_of(const struct ::stat& status) {
    return {static_cast<std::uint64_t>(status.st_size),
            status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, status.st_ino};
}

Result<FileInfo> regular_info(int file, std::string_view name) {
    struct ::stat status;
    if (::fstat(file, &status) != 0) return fail(system_error(errno, name));
    if (!S_ISREG(status.st_mode)) {
        return fail(Errc::denied, std::string(name) + " is not a regular file");
    }
    return info_of(status);
}

// O_NONBLOCK: opening a fifo must not wait for its other end.
Result<Descriptor> open_to_read(int directory, std::string_view name) {
    if (auto ours = check_ours(name); !ours) return fail(std::move(ours.error()));
    return open_beneath(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

// Up to `size` bytes from the start.
Result<std::string> read_bytes(int file, std::uint64_t size, std::string_view name) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t count =
            ::pread(file, bytes.data() + have, size - have, static_cast<off_t>(have));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(system_error(errno, name));
        if (count == 0) break;
        have += static_cast<std::size_t>(count);
    }
    bytes.resize(have);
    return bytes;
}

Result<void> write_bytes(int file, std::string_view bytes, std::string_view name) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(system_error(errno, name));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

std::string temporary_name() {
    static std::atomic<std::uint64_t> next = 0;
    return std::string(kTemporaryPrefix) + std::to_string(::getpid()) + "-" +
           std::to_string(next.fetch_add(1));
}

Result<void> write_new(int directory, const std::string& temporary, std::string_view bytes,
                       std::string_view name, bool synced) {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor file(::openat(directory, temporary.c_str(), flags, 0666));
    if (!file) return fail(system_error(errno, name));
    if (auto wrote = write_bytes(file.get(), bytes, name); !wrote) return wrote;
    if (synced && ::fsync(file.get()) != 0) return fail(system_error(errno, name));
    return {};
}

Result<void> sync_directory(int directory, std::string_view name) {
    if (::fsync(directory) != 0) return fail(system_error(errno, name));
    return {};
}

}  // namespace

Result<FileContent> OsDirectory::read(std::string_view name, std::uint64_t max_bytes,
                                      const std::function<bool(std::uint64_t)>& admit) {
    const auto file = open_to_read(directory_.get(), name);
    if (!file) return fail(file.error());
    auto before = regular_info(file->get(), name);
    bool admitted = false;
    for (int attempt = 0; before && attempt < kReadAttempts; ++attempt) {
        const std::uint64_t size = before->size_bytes;
        if (size > max_bytes) {
            return fail(Error{Errc::too_large, std::string(name) + " is too large", size});
        }
        if (admit && !admitted && !admit(size)) {
            return fail(Error{Errc::bytes_in_flight, std::string(name), size});
        }
        admitted = true;
        auto bytes = read_bytes(file->get(), size, name);
        if (!bytes) return fail(std::move(bytes.error()));
        const auto after = regular_info(file->get(), name);
        const bool unchanged = after && after->size_bytes == size && bytes->size() == size &&
                               after->modified_ns == before->modified_ns;
        if (unchanged) return FileContent{*before, std::move(*bytes)};
        if (after && after->size_bytes > size) break;  // more than was admitted
        before = after;
    }
    if (!before) return fail(before.error());
    return fail(Errc::busy, std::string(name) + " changes while it is read");
}

Result<FileInfo> OsDirectory::stat(std::string_view name) {
    const auto file = open_to_read(directory_.get(), name);
    if (!file) return fail(file.error());
    return regular_info(file->get(), name);
}

Result<void> OsDirectory::replace(std::string_view name, std::string_view bytes, bool synced) {
    if (auto ours = check_ours(name); !ours) return ours;
    const auto place = open_parent_beneath(directory_.get(), name, true);
    if (!place) return fail(place.error());
    const int directory = place->directory.get();
    const std::string temporary = temporary_name();
    auto wrote = write_new(directory, temporary, bytes, name, synced);
    if (wrote && ::renameat(directory, temporary.c_str(), directory, place->name.c_str()) != 0) {
        wrote = fail(system_error(errno, name));
    }
    if (!wrote) {
        ::unlinkat(directory, temporary.c_str(), 0);
        return wrote;
    }
    return synced ? sync_directory(directory, name) : Result<void>();
}

Result<void> OsDirectory::write(std::string_view name, std::string_view bytes) {
    return replace(name, bytes, true);
}

Result<void> OsDirectory::write_unsynced(std::string_view name, std::string_view bytes) {
    return replace(name, bytes, false);
}

Result<void> OsDirectory::sync() {
    if (::syncfs(directory_.get()) != 0) return fail(system_error(errno, "."));
    return {};
}

Result<void> OsDirectory::remove(std::string_view name) {
    if (auto ours = check_ours(name); !ours) return ours;
    const auto place = open_parent_beneath(directory_.get(), name, false);
    if (!place) return fail(place.error());
    if (::unlinkat(place->directory.get(), place->name.c_str(), 0) != 0) {
        return fail(system_error(errno, name));
    }
    return sync_directory(place->directory.get(), name);
}

Result<void> OsDirectory::move(std::string_view from, std::string_view to, bool synced) {
    if (auto ours = check_ours(from); !ours) return ours;
    if (auto ours = check_ours(to); !ours) return ours;
    const auto source = open_parent_beneath(directory_.get(), from, false);
    if (!source) return fail(source.error());
    const auto target = open_parent_beneath(directory_.get(), to, true);
    if (!target) return fail(target.error());
    if (::renameat(source->directory.get(), source->name.c_str(), target->directory.get(),
                   target->name.c_str()) != 0) {
        return fail(system_error(errno, from));
    }
    if (!synced) return {};
    if (auto done = sync_directory(target->directory.get(), to); !done) return done;
    return sync_directory(source->directory.get(), from);
}

Result<void> OsDirectory::rename(std::string_view from, std::string_view to) {
    return move(from, to, true);
}

Result<void> OsDirectory::rename_unsynced(std::string_view from, std::string_view to) {
    return move(from, to, false);
}

Result<std::vector<std::string>> OsDirectory::list(std::string_view name) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    Descriptor opened;
    if (name.empty()) {
        // A descriptor of its own: the position in a directory belongs to the open file.
        opened = Descriptor(::openat(directory_.get(), ".", kFlags));
        if (!opened) return fail(system_error(errno, "."));
    } else {
        auto below = open_beneath(directory_.get(), name, kFlags);
        if (!below) return fail(std::move(below.error()));
        opened = std::move(*below);
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(opened.get()), ::closedir);
    if (!entries) return fail(system_error(errno, name));
    opened.release();
    std::vector<std::string> names;
    // readdir is safe as long as a DIR has one user, and this one has.
    while (const dirent* const entry = ::readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe)
        std::string found = entry->d_name;
        if (found == "." || found == ".." || is_temporary(found)) continue;
        struct ::stat status;
        // NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): dirfd fails only for a null DIR
        if (::fstatat(::dirfd(entries.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;  // gone meanwhile
        }
        if (S_ISDIR(status.st_mode)) found += '/';
        names.push_back(std::move(found));
    }
    return names;
}

}  // namespace aside::runtime
