#include "origin/sqlite/result_code.h"

#include <cerrno>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/error_meaning.h"

namespace aside::origin {
namespace {

TEST(SqliteResultCode, SaysWhatItMeans) {
    const struct {
        int code;
        int system_errno;
        Errc meaning;
    } cases[] = {
        {SQLITE_BUSY, 0, Errc::busy},
        {SQLITE_BUSY_SNAPSHOT, 0, Errc::busy},
        {SQLITE_BUSY_RECOVERY, 0, Errc::busy},
        {SQLITE_LOCKED, 0, Errc::busy},
        {SQLITE_CORRUPT, 0, Errc::corrupt},
        {SQLITE_CORRUPT_INDEX, 0, Errc::corrupt},
        {SQLITE_NOTADB, 0, Errc::corrupt},
        {SQLITE_ERROR, 0, Errc::corrupt},
        {SQLITE_READONLY, 0, Errc::read_only},
        {SQLITE_READONLY_DIRECTORY, 0, Errc::read_only},
        {SQLITE_READONLY_DBMOVED, 0, Errc::not_found},
        {SQLITE_FULL, 0, Errc::full},
        {SQLITE_NOMEM, 0, Errc::full},
        {SQLITE_IOERR_NOMEM, 0, Errc::full},
        {SQLITE_CANTOPEN, ENOENT, Errc::not_found},
        {SQLITE_CANTOPEN, EACCES, Errc::denied},
        {SQLITE_CANTOPEN, EROFS, Errc::denied},
        {SQLITE_CANTOPEN, EMFILE, Errc::overloaded},
        {SQLITE_PERM, 0, Errc::denied},
        {SQLITE_IOERR_READ, EIO, Errc::io},
        {SQLITE_IOERR_WRITE, ENOSPC, Errc::full},
        {SQLITE_IOERR_WRITE, EDQUOT, Errc::full},
        {SQLITE_TOOBIG, 0, Errc::too_large},
        {SQLITE_CONSTRAINT_UNIQUE, 0, Errc::conflict},
        {SQLITE_MISUSE, 0, Errc::internal},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(errc_of_sqlite(c.code, c.system_errno), c.meaning)
            << sqlite3_errstr(c.code) << ", errno " << c.system_errno;
    }
}

TEST(SqliteResultCode, HasATextWithoutAConnection) {
    EXPECT_EQ(to_string(sqlite_error(nullptr, SQLITE_BUSY)), "busy: database is locked");
}

}  // namespace
}  // namespace aside::origin
