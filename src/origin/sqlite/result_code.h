// What SQLite's result codes mean here: the one place that says so
// (https://www.sqlite.org/rescode.html).
//
// Thread rule: pure functions; `db` belongs to the caller.
#pragma once

#include "base/error.h"

struct sqlite3;

namespace aside::origin {

// `code` may be an extended one; `system_errno` is what the operating system said, 0 when it said
// nothing.
Errc errc_of_sqlite(int code, int system_errno);

// The error of the call on `db` that has just returned `code`. `db` may be null.
Error sqlite_error(sqlite3* db, int code);

}  // namespace aside::origin
