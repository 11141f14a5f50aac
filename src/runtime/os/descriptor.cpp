#include "runtime/os/descriptor.h"

#include <cerrno>
#include <system_error>

namespace aside::runtime {

namespace {

Errc meaning(int number) {
    switch (number) {
        case ENOENT:
            return Errc::not_found;
        case EEXIST:
        case EADDRINUSE:
            return Errc::conflict;
        case EINVAL:
        case ENAMETOOLONG:
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return Errc::bad_input;
        // ELOOP and EXDEV are how the kernel refuses a link, or a way out, below a directory; ENXIO
        // is a fifo nobody reads.
        case EACCES:
        case EPERM:
        case ELOOP:
        case EXDEV:
        case ENOTDIR:
        case EISDIR:
        case ENXIO:
            return Errc::denied;
        case EROFS:
            return Errc::read_only;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return Errc::full;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return Errc::overloaded;
        case ECONNREFUSED:
            return Errc::refused;
        case ECONNRESET:
        case ECONNABORTED:
        case EPIPE:
        case ENOTCONN:
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case ETIMEDOUT:
            return Errc::connection_lost;
        default:
            return Errc::io;
    }
}

}  // namespace

Error system_error(int number, std::string_view what) {
    std::string detail(what);
    detail += ": ";
    detail += std::generic_category().message(number);
    return Error{meaning(number), std::move(detail), 0};
}

}  // namespace aside::runtime
