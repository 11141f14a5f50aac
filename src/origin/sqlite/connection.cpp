#include "origin/sqlite/connection.h"

#include <sqlite3.h>

#include "origin/sqlite/result_code.h"
#include "origin/sqlite/schema.h"

namespace aside::origin {
namespace {

// An upsert leaves alone a row that the same import has written: the number of changed rows tells
// that a key came twice.
constexpr std::array<std::string_view, kQueries> kSql = {
    "SELECT rowid, etag, length(body) FROM objects WHERE key = ?1 AND version = ?2",
    "SELECT body FROM objects WHERE rowid = ?1",
    "SELECT rowid, etag, length(CAST(refs AS BLOB)) FROM items WHERE id = ?1",
    "SELECT refs FROM items WHERE rowid = ?1",
    "INSERT INTO objects(key, version, etag, import, body) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT(key, version) DO UPDATE SET etag = excluded.etag, import = excluded.import,"
    " body = excluded.body WHERE import = 0 OR import <> excluded.import",
    "INSERT INTO items(id, etag, import, refs) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT(id) DO UPDATE SET etag = excluded.etag, import = excluded.import,"
    " refs = excluded.refs WHERE import = 0 OR import <> excluded.import",
    "DELETE FROM objects WHERE key = ?1 AND version = ?2",
    "DELETE FROM items WHERE id = ?1",
};

// SQLite would take ":memory:", "" and "file:…" for something else than a file's name.
std::string plain_file_name(const std::string& path) {
    return path.starts_with('/') ? path : "./" + path;
}

Error at_path(const std::string& path, Error error) {
    error.detail = path + ": " + error.detail;
    return error;
}

}  // namespace

void Connection::Close::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return fail(Errc::bad_input, "sqlite: needs the path of a file");
    }
    // Readers are opened for writing too: after a crash the first one may have to roll the log
    // forward. query_only keeps them readers.
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(plain_file_name(path).c_str(), &db, flags, nullptr);
    std::unique_ptr<Connection> connection(new Connection(db));
    if (code != SQLITE_OK) return fail(at_path(path, sqlite_error(db, code)));
    auto ready = connection->set_up(access);
    if (!ready) return fail(at_path(path, std::move(ready.error())));
    return connection;
}

Result<void> Connection::set_up(Access access) {
    constexpr Duration kWaitToOpen = std::chrono::milliseconds(250);
    set_busy_wait(kWaitToOpen);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    auto set = execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0");
    if (!set || access == Access::create) return set;
    auto checked = check_schema(*this);
    if (!checked) return checked;
    if (access == Access::read) return execute("PRAGMA query_only=ON");
    // FULL: a write that was answered for survives a loss of power.
    return execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
}

void Connection::set_busy_wait(Duration wait) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    sqlite3_busy_timeout(db_.get(), static_cast<int>(milliseconds));
}

bool Connection::moved() const {
    int moved = 0;
    const int code = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return code != SQLITE_OK || moved != 0;
}

Result<Statement*> Connection::statement(Query query) {
    auto& kept = statements_[static_cast<std::size_t>(query)];
    if (!kept) {
        auto prepared = Statement::prepare(db_.get(), kSql[static_cast<std::size_t>(query)]);
        if (!prepared) return fail(std::move(prepared.error()));
        kept = std::move(*prepared);
    }
    return &*kept;
}

std::int64_t Connection::changed_rows() const {
    return sqlite3_changes64(db_.get());
}

Result<void> Connection::execute(std::string_view sql) {
    const int code = sqlite3_exec(db_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(sqlite_error(db_.get(), code));
    return {};
}

Result<std::int64_t> Connection::read_integer(std::string_view sql) {
    auto statement = Statement::prepare(db_.get(), sql);
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return fail(Errc::corrupt, "a query of one row has none");
    return statement->integer(0);
}

}  // namespace aside::origin
