// One connection to a SQLite file, with its prepared statements.
//
// Thread rule: one thread at a time, any thread. Calls block. Errors: those of result_code.h,
// prefixed with the path when opening.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "origin/sqlite/statement.h"

namespace aside::origin {

enum class Access : std::uint8_t {
    read,    // an existing store; statements that write are refused
    write,   // an existing store
    create,  // made if it is not there; its schema is not looked at
};

enum class Query : std::uint8_t {
    find_object,  // key, version -> rowid, etag, size
    read_body,    // rowid -> body
    find_item,    // id -> rowid, etag, size
    read_refs,    // rowid -> refs
    put_object,   // key, version, etag, import, body
    put_item,     // id, etag, import, refs
    remove_object,
    remove_item,
};
inline constexpr std::size_t kQueries = 8;

class Connection {
  public:
    static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access);

    // How long a statement waits for a lock of another connection before it fails with busy.
    void set_busy_wait(Duration wait);

    // True when the file this connection reads is no longer the one at its path.
    bool moved() const;

    // Prepared at its first use.
    Result<Statement*> statement(Query query);
    // How many rows the last statement that writes has changed.
    std::int64_t changed_rows() const;

    // For statements run once in a while.
    Result<void> execute(std::string_view sql);
    Result<std::int64_t> read_integer(std::string_view sql);

  private:
    struct Close {
        void operator()(sqlite3* db) const;
    };
    explicit Connection(sqlite3* db) : db_(db) {}
    Result<void> set_up(Access access);

    std::unique_ptr<sqlite3, Close> db_;  // before the statements: they are finalized first
    std::array<std::optional<Statement>, kQueries> statements_;
};

}  // namespace aside::origin
