#include "origin/sqlite/result_code.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <sqlite3.h>

namespace aside::origin {
namespace {

Errc errc_of_cannot_open(int system_errno) {
    switch (system_errno) {
        case EACCES:
        case EPERM:
        case EROFS:
            return Errc::denied;
        case EMFILE:
        case ENFILE:
            return Errc::overloaded;
        default:
            return Errc::not_found;
    }
}

Errc errc_of_io(int code, int system_errno) {
    if (code == SQLITE_IOERR_NOMEM) return Errc::full;
    if (code == SQLITE_IOERR_CORRUPTFS) return Errc::corrupt;
    // A write cut short, by a full disk or by a quota.
    if (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG)
        return Errc::full;
    return Errc::io;
}

}  // namespace

Errc errc_of_sqlite(int code, int system_errno) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return Errc::busy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
        // A statement that does not fit the schema, and the statements are right: the schema is not
        // ours.
        case SQLITE_ERROR:
        case SQLITE_SCHEMA:
            return Errc::corrupt;
        case SQLITE_READONLY:
            return code == SQLITE_READONLY_DBMOVED ? Errc::not_found : Errc::read_only;
        case SQLITE_FULL:
        case SQLITE_NOMEM:
            return Errc::full;
        case SQLITE_CANTOPEN:
            return errc_of_cannot_open(system_errno);
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return Errc::denied;
        case SQLITE_IOERR:
            return errc_of_io(code, system_errno);
        case SQLITE_TOOBIG:
            return Errc::too_large;
        case SQLITE_CONSTRAINT:
            return Errc::conflict;
        case SQLITE_INTERRUPT:
        case SQLITE_ABORT:
            return Errc::cancelled;
        case SQLITE_NOLFS:
            return Errc::unsupported;
        default:
            return Errc::internal;
    }
}

Error sqlite_error(sqlite3* db, int code) {
    const int system_errno = db ? sqlite3_system_errno(db) : 0;
    const Errc meaning = errc_of_sqlite(code, system_errno);
    // The handle's message is of its last call; only if that is the one that failed does it say
    // more.
    const bool last = db && sqlite3_extended_errcode(db) == code;
    std::string detail = last ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    const bool about_files = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
    if (about_files && system_errno != 0) {
        detail += " (" + std::generic_category().message(system_errno) + ")";
    }
    return Error{meaning, std::move(detail), 0};
}

}  // namespace aside::origin
