#include "origin/sqlite/sqlite_store.h"

#include "origin/sqlite/rows.h"
#include "runtime/blocking.h"

namespace aside::origin {

using runtime::run_blocking;
using runtime::Task;
using runtime::Worker;

namespace {

Result<void> without_value(const Result<bool>& result) {
    if (!result) return fail(result.error());
    return {};
}

}  // namespace

SqliteStore::SqliteStore(std::string path, SqliteOptions options)
    : path_(std::move(path)),
      options_(options),
      readers_(path_),
      turns_(options.max_waiting_writes) {}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(std::string path, SqliteOptions options) {
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(path), options));
    // Opening a connection looks at everything that can be wrong with a file; the connection stays
    // for the first read.
    const auto opened =
        store->readers_.use(options.busy_wait, [](Connection&) -> Result<void> { return {}; });
    if (!opened) return fail(opened.error());
    return store;
}

Result<Duration> SqliteStore::wait_within(const Worker& worker, SteadyTime deadline) const {
    if (deadline == kNever) return options_.busy_wait;
    const Duration left = deadline - worker.now();
    if (left <= Duration(0)) return fail(Errc::deadline, "no time left to ask SQLite");
    return std::min(left, options_.busy_wait);
}

Task<Result<LoadedObject>> SqliteStore::load(Worker& worker, Reference reference,
                                             LoadRequest request) {
    const auto wait = wait_within(worker, request.deadline);
    if (!wait) co_return fail(wait.error());
    auto loaded = co_await run_blocking(worker, [&]() -> Result<LoadedObject> {
        return readers_.use(*wait, [&](Connection& connection) {
            return read_object(connection, reference, request);
        });
    });
    co_return loaded;
}

Task<Result<LoadedIndex>> SqliteStore::load(Worker& worker, std::string id, LoadRequest request) {
    const auto wait = wait_within(worker, request.deadline);
    if (!wait) co_return fail(wait.error());
    auto loaded = co_await run_blocking(worker, [&]() -> Result<LoadedIndex> {
        return readers_.use(
            *wait, [&](Connection& connection) { return read_item(connection, id, request); });
    });
    co_return loaded;
}

Result<Connection*> SqliteStore::writer() {
    if (writer_ && writer_->moved()) writer_.reset();
    if (!writer_) {
        auto opened = Connection::open(path_, Access::write);
        if (!opened) return fail(std::move(opened.error()));
        writer_ = std::move(*opened);
        writer_->set_busy_wait(options_.busy_wait);
    }
    return writer_.get();
}

// Runs `write(connection)` on the pool when no other write of this process runs.
template <class Write>
Task<Result<void>> SqliteStore::in_turn(Worker& worker, Write write) {
    const auto turn = co_await turns_.wait(worker);
    if (!turn) co_return fail(turn.error());
    auto written = co_await run_blocking(worker, [&]() -> Result<void> {
        const auto connection = writer();
        if (!connection) return fail(connection.error());
        auto done = write(**connection);
        if (!done && !leaves_connection_usable(done.error().code)) writer_.reset();
        return done;
    });
    turns_.pass_on();
    co_return written;
}

Task<Result<void>> SqliteStore::put(Worker& worker, Reference reference, std::string body) {
    auto write = [&](Connection& connection) -> Result<void> {
        return without_value(write_object(connection, reference, body, 0));
    };
    const auto written = co_await in_turn(worker, write);
    co_return written;
}

Task<Result<void>> SqliteStore::put(Worker& worker, std::string id,
                                    std::vector<Reference> references) {
    auto write = [&](Connection& connection) -> Result<void> {
        return without_value(write_item(connection, id, references, 0));
    };
    const auto written = co_await in_turn(worker, write);
    co_return written;
}

Task<Result<void>> SqliteStore::remove(Worker& worker, Reference reference) {
    auto write = [&](Connection& connection) { return remove_object(connection, reference); };
    const auto written = co_await in_turn(worker, write);
    co_return written;
}

Task<Result<void>> SqliteStore::remove(Worker& worker, std::string id) {
    auto write = [&](Connection& connection) { return remove_item(connection, id); };
    const auto written = co_await in_turn(worker, write);
    co_return written;
}

}  // namespace aside::origin
