#include "origin/sqlite/sqlite_import.h"

#include "origin/sqlite/rows.h"
#include "origin/sqlite/schema.h"

namespace aside::origin {
namespace {

// Enough for the index of some million keys, so that the file is written nearly in order.
constexpr std::string_view kCache = "PRAGMA cache_size=-262144";  // KiB

}  // namespace

Result<std::unique_ptr<SqliteImport>> SqliteImport::begin(const std::string& path,
                                                          Duration busy_wait) {
    auto connection = Connection::open(path, Access::create);
    if (!connection) return fail(std::move(connection.error()));
    std::unique_ptr<SqliteImport> import(new SqliteImport(std::move(*connection)));
    const auto started = import->start(busy_wait);
    if (!started) return fail(started.error().code, path + ": " + started.error().detail);
    return import;
}

Result<void> SqliteImport::start(Duration busy_wait) {
    connection_->set_busy_wait(busy_wait);
    auto set = connection_->execute(kCache);
    if (!set) return set;
    const auto empty = is_empty_database(*connection_);
    if (!empty) return fail(empty.error());
    if (!*empty) {
        const auto ours = check_schema(*connection_);
        if (!ours) return ours;
        set = connection_->execute("PRAGMA journal_mode=WAL");
    } else {
        set = connection_->execute("PRAGMA page_size=8192");
    }
    if (!set) return set;
    const auto begun = connection_->execute("BEGIN IMMEDIATE");
    if (!begun) return begun;
    if (*empty) {
        // Somebody else may have filled the file while we waited for the lock.
        const auto still_empty = is_empty_database(*connection_);
        if (!still_empty) return fail(still_empty.error());
        const auto made = *still_empty ? create_schema(*connection_) : check_schema(*connection_);
        if (!made) return made;
    }
    const auto numbered = connection_->execute("INSERT INTO imports DEFAULT VALUES");
    if (!numbered) return numbered;
    const auto number = connection_->read_integer("SELECT max(number) FROM imports");
    if (!number) return fail(number.error());
    number_ = *number;
    return {};
}

Result<void> SqliteImport::put_object(const Reference& reference, std::string_view body) {
    const auto written = write_object(*connection_, reference, body, number_);
    if (!written) return fail(written.error());
    if (!*written) return fail(Errc::conflict, "this key came before");
    return {};
}

Result<void> SqliteImport::put_item(std::string_view id, std::span<const Reference> references) {
    const auto written = write_item(*connection_, id, references, number_);
    if (!written) return fail(written.error());
    if (!*written) return fail(Errc::conflict, "this id came before");
    return {};
}

Result<void> SqliteImport::commit() {
    if (committed_) return fail(Errc::internal, "an import is committed once");
    const auto done = connection_->execute("COMMIT");
    if (!done) return done;
    committed_ = true;
    // From here on the data is there, whatever happens to these two. A new file is to be read while
    // it is written to; and a log of the size of the import is better emptied by who made it than
    // by a server's next write.
    (void)connection_->execute("PRAGMA journal_mode=WAL");
    (void)connection_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return {};
}

}  // namespace aside::origin
