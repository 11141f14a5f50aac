#include "runtime/os/beneath.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "runtime/file_name.h"

namespace aside::runtime {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int retry_open(int directory, const std::string& name, int flags, mode_t mode) {
    int opened;
    do {
        opened = ::openat(directory, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode);
    } while (opened < 0 && errno == EINTR);
    return opened;
}

// -1 and ENOSYS where the kernel, or a sandbox, does not have it.
int open_by_kernel(int directory, const std::string& name, int flags, mode_t mode) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_NOFOLLOW | O_CLOEXEC);
    how.mode = (flags & O_CREAT) ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long opened;
    // EAGAIN: something was renamed meanwhile and the kernel could not be sure.
    do {
        opened = ::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how);
    } while (opened < 0 && (errno == EINTR || errno == EAGAIN));
    return static_cast<int>(opened);
}

// A file in the place of a directory: for who reads, what is below it does not exist; for who
// writes, it is in the way.
Error part_error(std::string_view name, bool create) {
    const int number = errno;
    Error error = system_error(number, name);
    if (number == ENOTDIR && !create) error.code = Errc::not_found;
    return error;
}

// A link reads as ENOTDIR under O_DIRECTORY | O_NOFOLLOW; here it is ELOOP, as openat2 has it.
Descriptor open_part(int directory, const std::string& part) {
    Descriptor opened(retry_open(directory, part, kDirectoryFlags, 0));
    if (opened || errno != ENOTDIR) return opened;
    struct ::stat status;
    const bool link = ::fstatat(directory, part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                      S_ISLNK(status.st_mode);
    errno = link ? ELOOP : ENOTDIR;
    return opened;
}

}  // namespace

Result<Descriptor> open_beneath(int directory, std::string_view name, int flags, mode_t mode) {
    if (auto fine = check_file_name(name); !fine) return fail(std::move(fine.error()));
    Descriptor opened(open_by_kernel(directory, std::string(name), flags, mode));
    if (!opened && (errno == ENOSYS || errno == EPERM)) {
        auto place = open_parent_beneath(directory, name, false);
        if (!place) return fail(std::move(place.error()));
        opened = Descriptor(retry_open(place->directory.get(), place->name, flags, mode));
    }
    if (!opened) return fail(part_error(name, false));
    return opened;
}

Result<Place> open_parent_beneath(int directory, std::string_view name, bool create) {
    if (auto fine = check_file_name(name); !fine) return fail(std::move(fine.error()));
    Place place{Descriptor(::fcntl(directory, F_DUPFD_CLOEXEC, 0)), {}};
    if (!place.directory) return fail(part_error(name, create));
    for (auto slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/')) {
        const std::string part(name.substr(0, slash));
        name.remove_prefix(slash + 1);
        if (create) {
            const bool made = ::mkdirat(place.directory.get(), part.c_str(), 0777) == 0;
            if (!made && errno != EEXIST) return fail(part_error(part, create));
            if (made && ::fsync(place.directory.get()) != 0) return fail(part_error(part, create));
        }
        Descriptor next = open_part(place.directory.get(), part);
        if (!next) return fail(part_error(part, create));
        place.directory = std::move(next);
    }
    place.name = name;
    return place;
}

}  // namespace aside::runtime
