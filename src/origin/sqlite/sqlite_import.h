// A bulk import into a SQLite file: one transaction, whatever its size.
//
// Into a store that exists, the transaction is in its log (WAL): readers see the old rows until
// commit() and then the new ones; rows that the import does not name stay. A new file is written
// with a rollback journal, which has nothing to keep of an empty file, so that every byte is
// written once; killed half-way it rolls back to an empty file, which nobody takes for a store.
// While it runs nobody else can write to the file: they get busy.
//
// Thread rule: one thread; calls block. Errors: those of result_code.h; conflict for a key that
// this import has already written.
#pragma once

#include <memory>
#include <string>

#include "engine/ports/origin.h"
#include "origin/sqlite/connection.h"

namespace aside::origin {

class SqliteImport final : public BulkImport {
  public:
    // Makes the file when it is not there. busy: another import is writing to it.
    static Result<std::unique_ptr<SqliteImport>> begin(
        const std::string& path, Duration busy_wait = std::chrono::seconds(2));

    Result<void> put_object(const Reference& reference, std::string_view body) override;
    Result<void> put_item(std::string_view id, std::span<const Reference> references) override;
    Result<void> commit() override;

  private:
    explicit SqliteImport(std::unique_ptr<Connection> connection)
        : connection_(std::move(connection)) {}
    Result<void> start(Duration busy_wait);

    std::unique_ptr<Connection> connection_;  // closed without a commit it rolls back
    std::int64_t number_ = 0;
    bool committed_ = false;
};

}  // namespace aside::origin
