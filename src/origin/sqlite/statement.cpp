#include "origin/sqlite/statement.h"

#include <sqlite3.h>

#include "origin/sqlite/result_code.h"

namespace aside::origin {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Result<Statement> Statement::prepare(sqlite3* db, std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(sqlite_error(db, code));
    return Statement(statement);
}

Statement& Statement::bind_text(int place, std::string_view text) {
    const int code = sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(),
                                         SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) bind_code_ = code;
    return *this;
}

Statement& Statement::bind_blob(int place, std::string_view bytes) {
    // A null pointer would bind NULL, and an empty view may hold one.
    const char* data = bytes.empty() ? "" : bytes.data();
    const int code =
        sqlite3_bind_blob64(statement_.get(), place, data, bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) bind_code_ = code;
    return *this;
}

Statement& Statement::bind_integer(int place, std::int64_t number) {
    const int code = sqlite3_bind_int64(statement_.get(), place, number);
    if (code != SQLITE_OK) bind_code_ = code;
    return *this;
}

Result<bool> Statement::step() {
    sqlite3* db = sqlite3_db_handle(statement_.get());
    if (bind_code_ != SQLITE_OK) return fail(sqlite_error(db, bind_code_));
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(sqlite_error(db, code));
}

std::string_view Statement::bytes(int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::integer(int column) {
    return sqlite3_column_int64(statement_.get(), column);
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    bind_code_ = SQLITE_OK;
}

}  // namespace aside::origin
