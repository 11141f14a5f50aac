// A prepared statement: bind, step, read columns, reset.
//
// Thread rule: that of its connection, one thread at a time. Ownership: bound text is not copied
// and must live until reset(); column text lives until the next step() or reset(). Errors: those of
// result_code.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace aside::origin {

class Statement {
  public:
    static Result<Statement> prepare(sqlite3* db, std::string_view sql);

    // Places are numbered from 1. An error of a bind is told by the step that follows.
    Statement& bind_text(int place, std::string_view text);
    Statement& bind_blob(int place, std::string_view bytes);
    Statement& bind_integer(int place, std::int64_t number);

    // True: there is a row. False: the statement has ended.
    Result<bool> step();
    // Columns are numbered from 0.
    std::string_view bytes(int column);
    std::int64_t integer(int column);

    void reset();

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bind_code_ = 0;
};

// Resets a statement at the end of its use: until then it holds a snapshot of the database, or a
// lock.
class [[nodiscard]] StatementUse {
  public:
    explicit StatementUse(Statement& statement) : statement_(statement) {}
    ~StatementUse() { statement_.reset(); }
    StatementUse(const StatementUse&) = delete;
    StatementUse& operator=(const StatementUse&) = delete;

  private:
    Statement& statement_;
};

}  // namespace aside::origin
