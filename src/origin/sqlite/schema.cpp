#include "origin/sqlite/schema.h"

#include <string>

#include "origin/sqlite/connection.h"

namespace aside::origin {
namespace {

constexpr std::int64_t kApplicationId = 0x41534445;  // "ASDE", in the header of the file
constexpr std::int64_t kSchemaVersion = 1;

// Tables keep their rowid: in a WITHOUT ROWID table bodies of 1 KiB would each take an overflow
// page.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE objects(
  key TEXT NOT NULL,
  version TEXT NOT NULL DEFAULT '',
  etag INTEGER NOT NULL DEFAULT (random()),
  import INTEGER NOT NULL DEFAULT 0,
  body BLOB NOT NULL CHECK (typeof(body) = 'blob'),
  UNIQUE (key, version));
CREATE TABLE items(
  id TEXT NOT NULL UNIQUE,
  etag INTEGER NOT NULL DEFAULT (random()),
  import INTEGER NOT NULL DEFAULT 0,
  refs TEXT NOT NULL CHECK (typeof(refs) = 'text'));
CREATE TABLE imports(number INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TRIGGER objects_etag AFTER UPDATE OF body ON objects
  WHEN NEW.etag = OLD.etag AND NEW.body <> OLD.body
  BEGIN UPDATE objects SET etag = random() WHERE rowid = NEW.rowid; END;
CREATE TRIGGER items_etag AFTER UPDATE OF refs ON items
  WHEN NEW.etag = OLD.etag AND NEW.refs <> OLD.refs
  BEGIN UPDATE items SET etag = random() WHERE rowid = NEW.rowid; END;
)sql";

}  // namespace

Result<void> create_schema(Connection& connection) {
    const auto made = connection.execute(kSchema);
    if (!made) return made;
    return connection.execute("PRAGMA application_id=" + std::to_string(kApplicationId) +
                              "; PRAGMA user_version=" + std::to_string(kSchemaVersion));
}

Result<bool> is_empty_database(Connection& connection) {
    const auto tables = connection.read_integer("SELECT count(*) FROM sqlite_schema");
    if (!tables) return fail(tables.error());
    if (*tables > 0) return false;
    const auto application = connection.read_integer("PRAGMA application_id");
    if (!application) return fail(application.error());
    return *application == 0;
}

Result<void> check_schema(Connection& connection) {
    const auto application = connection.read_integer("PRAGMA application_id");
    if (!application) return fail(application.error());
    if (*application != kApplicationId) {
        return fail(Errc::corrupt, "not an Aside store, or one whose first import did not finish");
    }
    const auto version = connection.read_integer("PRAGMA user_version");
    if (!version) return fail(version.error());
    if (*version != kSchemaVersion) {
        return fail(Errc::unsupported,
                    "the store's schema has version " + std::to_string(*version) +
                        ", this build reads version " + std::to_string(kSchemaVersion));
    }
    return {};
}

}  // namespace aside::origin
