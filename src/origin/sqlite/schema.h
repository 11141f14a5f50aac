// The tables of an Aside store, and how a file is told to be one.
//
//   objects(key, version, etag, import, body)   version '' is the newest of an unversioned object
//   items(id, etag, import, refs)               refs as JSON: {"refs":[{"key":…,"version":…}]}
//   imports(number)                             every bulk import has a number; rows it wrote carry
//   it, others 0
//
// `etag` is the XXH3 of the bytes. Rows written by hand (sqlite3 aside.db "update objects …") get a
// random one from a default and two triggers, so that a change is never taken for none. Bodies must
// be BLOBs: CAST('{"a":1}' AS BLOB).
//
// Thread rule: that of the connection. Errors: those of result_code.h; corrupt and unsupported say
// what the file is instead.
#pragma once

#include "base/result.h"

namespace aside::origin {

class Connection;

// Makes the tables in an empty database, inside the caller's transaction.
Result<void> create_schema(Connection& connection);

// Is this database an Aside store of the version this build reads?
Result<void> check_schema(Connection& connection);

// A database without tables that nobody has claimed: a file that is new, or was left by an import
// that did not finish.
Result<bool> is_empty_database(Connection& connection);

}  // namespace aside::origin
